"""The states of the parser, each by the items of its kernel.

A state of an LR parser is a set of items: rules of the grammar, with a dot behind what has been read of them.
Lark numbers the states as it meets them, so a number means nothing in another version of the grammar. Items
written as text do::

    latent_declaration: "latent" names . ":" domain

An error is told where a person would look for it. The parser may stop in ``max(X 1)`` just behind the ``X``,
in a state that knows of a name only. That name is a complete argument, and what is missing is missing behind
an argument. So what is complete is reduced as if the text went on in an allowed way, and
:meth:`States.outward` gives the states on the way. (They are the spurious reductions of F. Pottier,
Reachability and error diagnosis in LR(1) parsers, CC 2016.)

Needs: Lark's table and rules. Guarantees: the kernels are found from the table alone, once; no recursion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lark import Lark
from lark.grammar import Rule, Symbol
from lark.lexer import PatternStr, TerminalDef

from scmlang.source import Span

_END = "$END"
_Dotted = tuple[Rule, int]


@dataclass(frozen=True, order=True)
class Item:
    """A rule (by its name or alias), its symbols as they are written, and how many have been read."""

    rule: str
    symbols: tuple[str, ...]
    dot: int

    def __str__(self) -> str:
        read, unread = self.symbols[: self.dot], self.symbols[self.dot :]
        return f"{self.rule}: {' '.join([*read, '.', *unread])}"

    @property
    def complete(self) -> bool:
        return self.dot == len(self.symbols)


@dataclass
class Stack:
    """What has been read: one state more than things read, and the place of each thing."""

    states: list[int]
    starts: list[int]
    ends: list[int]

    def copy(self) -> Stack:
        return Stack(self.states.copy(), self.starts.copy(), self.ends.copy())

    def span(self, back: int) -> Span:
        """The place of the last thing read (1), of the one before it (2), …"""
        return Span(self.starts[-back], self.ends[-back])


class States:
    """The kernels of all states of a table, and what may follow a stack.

    Attributes:
        actions: the table itself.
        ends: the states in which a text is accepted.
        access: the symbol behind which a state is entered; start states have none.
        kernels: the items of each state.
    """

    def __init__(self, lark: Lark) -> None:
        starts: list[str] = lark.options.start
        conf = lark.parse_interactive("", starts[0]).parser_state.parse_conf
        self.actions: Mapping[int, Mapping[str, tuple[Any, Any]]] = conf.states
        self.ends = frozenset[int](conf.parse_table.end_states.values())
        self.access: dict[int, str] = {}
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for rule in lark.rules:
            self._rules[rule.origin.name].append(rule)
        self._terminals = {terminal.name: _written(terminal) for terminal in lark.terminals}
        self.kernels = {
            state: frozenset(self._item(rule, dot) for rule, dot in kernel)
            for state, kernel in self._walk(conf.parse_table.start_states).items()
        }

    def _walk(self, starts: Mapping[str, int]) -> dict[int, frozenset[_Dotted]]:
        """Every kernel, found along the transitions of the table."""
        kernels = {state: frozenset({(self._root(name), 0)}) for name, state in starts.items()}
        waiting = list(kernels)
        while waiting:
            state = waiting.pop()
            for symbol, kernel in self._advanced(kernels[state]).items():
                target: int = self.actions[state][symbol][1]
                if target not in kernels:
                    kernels[target], self.access[target] = kernel, symbol
                    waiting.append(target)
        return kernels

    def _root(self, start: str) -> Rule:
        origin = self._rules[start][0].origin
        return Rule(type(origin)(f"$root_{start}"), [origin])

    def _advanced(self, kernel: frozenset[_Dotted]) -> dict[str, frozenset[_Dotted]]:
        """The kernel behind each symbol that may come next."""
        items, waiting = set(kernel), list(kernel)
        found: dict[str, set[_Dotted]] = defaultdict(set)
        while waiting:
            rule, dot = waiting.pop()
            if dot == len(rule.expansion):
                continue
            symbol: str = rule.expansion[dot].name
            found[symbol].add((rule, dot + 1))
            begun = {(other, 0) for other in self._rules.get(symbol, ())} - items
            items |= begun
            waiting += begun
        return {symbol: frozenset(dotted) for symbol, dotted in found.items()}

    def _item(self, rule: Rule, dot: int) -> Item:
        name = rule.alias or self._nonterminal(rule.origin.name)
        return Item(name, tuple(map(self._symbol, rule.expansion)), dot)

    def _symbol(self, symbol: Symbol) -> str:
        return self._terminals[symbol.name] if symbol.is_term else self._nonterminal(symbol.name)

    def _nonterminal(self, name: str) -> str:
        """The name, or for a repetition, which has but a number, what is repeated in braces."""
        if not name.startswith("__"):
            return name
        once = [rule for rule in self._rules[name] if rule.expansion[0].name != name]
        return "{" + " | ".join(" ".join(map(self._symbol, rule.expansion)) for rule in once) + "}"

    def outward(self, stack: Stack, terminal: str) -> Iterator[Stack]:
        """``stack`` and what it becomes while ``terminal`` completes rules; it is changed under way.

        Raises:
            ValueError: when it turns out that ``terminal`` cannot follow.
        """
        while True:
            yield stack
            _, target = self.actions[stack.states[-1]].get(terminal, (None, None))
            if target is None:
                raise ValueError(f"{terminal} cannot follow")
            if not isinstance(target, Rule):
                return
            self._reduce(stack, target)
            if stack.states[-1] in self.ends:
                return

    def _reduce(self, stack: Stack, rule: Rule) -> None:
        kept = len(stack.starts) - len(rule.expansion)
        here = stack.ends[-1:] or [0]
        start, end = (stack.starts[kept:] or here)[0], here[0]
        del stack.states[kept + 1 :], stack.starts[kept:], stack.ends[kept:]
        stack.states.append(self.actions[stack.states[-1]][rule.origin.name][1])
        stack.starts.append(start)
        stack.ends.append(end)

    def repeats(self, state: int) -> bool:
        """Whether a state is entered behind a repetition."""
        return self.access.get(state, "").startswith("__")

    def terminals(self, state: int) -> list[str]:
        """The terminals that the table has an action for, which a stack may still refuse."""
        return sorted(name for name in self.actions[state] if name.isupper() or name == _END)


def _written(terminal: TerminalDef) -> str:
    pattern = terminal.pattern
    return f'"{pattern.value}"' if isinstance(pattern, PatternStr) else terminal.name
