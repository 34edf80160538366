"""A driver for the LALR(1) tables that Lark makes: one pass from text to values, without a tree between.

Lark's own parser gives every token its line and column, wraps every reduction in layers of functions and
keeps a tree of the whole text before anything of ours runs. Here a state finds its tokens by one regular
expression, spans stand on a stack beside the values, and the method of a rule is called when the rule is
reduced. The algorithm is that of Aho, Lam, Sethi and Ullman, Compilers, 2nd ed., section 4.7. Which tokens
a state looks for, their order and which children a rule keeps are as Lark has them; tests compare the two.

Needs: a :class:`lark.Lark` with the contextual lexer. Guarantees: accepts what Lark accepts; no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lark import Lark
from lark.grammar import Rule
from lark.lexer import PatternRE, TerminalDef

from scmlang.source import Span

Method = Callable[[Span, list[Any]], Any]
_Scan = Callable[[str, int], re.Match[str] | None]

_END = "$END"
_OPEN_CLOSE = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class Rejected(Exception):
    """The text is not in the language.

    Attributes:
        states: the numbers that the table gives to the states on the stack.
        starts, ends: the places of what stands above the first of them.
        at: where the text that cannot follow begins, or what is ignored before it.
    """

    def __init__(self, states: Iterable[_State], starts: list[int], ends: list[int], at: int) -> None:
        super().__init__(f"nothing in the language goes on as the text does at {at}")
        self.states = [state.number for state in states]
        self.starts, self.ends, self.at = starts, ends, at


class NoNodes:
    """For those who only ask whether a text is in the language."""


def _nothing(place: Span, children: list[Any]) -> None:
    return None


class Token(str):
    """The text of a token, with its place."""

    __slots__ = ("end_pos", "start_pos")

    start_pos: int
    end_pos: int


class _Child(NamedTuple):
    """A child that a rule keeps.

    Which one, whether its own children take its place, and how many left out parts (None) come before it.
    """

    position: int
    spliced: bool
    absent: int


@dataclass(slots=True)
class _Reduction:
    """What to do when a rule is complete.

    ``plain`` are the kept indexes where nothing is spliced or absent. ``passes`` says that a single child
    stands for the rule; a rule of one symbol that passes is a ``unit``.
    """

    size: int
    origin: str
    method: str
    kept: tuple[_Child, ...]
    absent: int
    passes: bool
    spliced: bool
    plain: tuple[int, ...] | None
    unit: bool

    @property
    def never_calls(self) -> bool:
        return self.passes and self.plain is not None and len(self.plain) == 1

    def items(self, children: list[Any]) -> list[Any]:
        """The children that the rule's method gets."""
        if self.plain is not None:
            return [children[i] for i in self.plain]
        found: list[Any] = []
        for index, spliced, absent in self.kept:
            found += [None] * absent
            if not spliced:
                found.append(children[index])
            elif found:
                found += children[index]
            else:
                found = children[index]  # nobody else has this list, so it is not copied
        return found + [None] * self.absent if self.absent else found


class _State:
    """A state: the rule that each terminal completes, where each other symbol leads, how tokens are found."""

    __slots__ = ("number", "reductions", "scan", "targets", "words")

    def __init__(self, number: int) -> None:
        self.number = number
        self.reductions: dict[str, _Reduction] = {}
        self.targets: dict[str, _State] = {}
        self.scan: _Scan | None = None
        self.words: Mapping[str, str] = {}


class Driver:
    """The tables of one grammar.

    Args:
        lark: the grammar, compiled with ``parser="lalr"`` and ``maybe_placeholders=True``.
        newline: the terminal that ends a statement; a line end inside brackets is none, a ``;`` there stays.
    """

    def __init__(self, lark: Lark, newline: str) -> None:
        self._newline = newline
        self._terminals = {terminal.name: terminal for terminal in lark.terminals}
        self._ignored = [self._terminals[name] for name in lark.ignore_tokens]
        self._passed = frozenset(lark.ignore_tokens)
        self._any, _ = _scan([*self._terminals.values()], [])
        self._scanners: dict[frozenset[str], tuple[_Scan, Mapping[str, str]]] = {}
        self._start: dict[str, _State] = {}
        self._final: dict[str, _State] = {}
        self._methods: set[str] = set()
        self._nothing: dict[str, Method] = {}
        self._shown: set[str] = set()
        self._link(lark)

    def _link(self, lark: Lark) -> None:
        starts: list[str] = lark.options.start
        conf = lark.parse_interactive("", starts[0]).parser_state.parse_conf
        states = {number: _State(number) for number in conf.states}
        reductions: dict[Rule, _Reduction] = {}
        for number, state in states.items():
            for symbol, (_, target) in conf.states[number].items():
                if isinstance(target, Rule):
                    state.reductions[symbol] = reductions.setdefault(target, _reduction(target))
                else:
                    state.targets[symbol] = states[target]
        self._methods = {r.method for r in reductions.values() if not (r.spliced or r.never_calls)}
        self._nothing = dict.fromkeys(self._methods, _nothing)
        self._shown = {rule.expansion[i].name for rule, r in reductions.items() for i, _, _ in r.kept}
        self._start = {name: states[conf.parse_table.start_states[name]] for name in starts}
        self._final = {name: states[conf.parse_table.end_states[name]] for name in starts}

    def run(self, text: str, start: str, builder: object) -> Any:
        """What ``builder`` makes of ``text``: its method of a rule's name gets the rule's place and children.

        Raises:
            Rejected: when ``text`` cannot be derived from ``start``.
        """
        methods = self._nothing if isinstance(builder, NoNodes) else self._bound(builder)
        newline, shown, final = self._newline, self._shown, self._final[start]
        state = self._start[start]
        states, starts, ends = [state], list[int](), list[int]()
        values: list[Any] = []
        at = depth = 0
        while True:
            match = (state.scan or self._scanner(state))(text, at)
            if match is None:
                raise Rejected(states, starts, ends, at)
            kind: str = match.lastgroup or _END
            begin, at = match.span(match.lastgroup or 0)
            word = text[begin:at]
            kind = state.words.get(word, kind)
            depth += _OPEN_CLOSE.get(word, 0)
            if kind == newline and depth > 0 and word == "\n":
                continue
            if kind in shown:
                word = token = Token(word)
                token.start_pos, token.end_pos = begin, at
            while (reduction := state.reductions.get(kind)) is not None:
                if reduction.unit:
                    state = states[-1] = states[-2].targets[reduction.origin]
                    continue
                size = reduction.size
                place = (starts[-size], ends[-1]) if size else (begin, begin)
                children = values[-size:] if size else []
                if size:
                    del states[-size:], values[-size:], starts[-size:], ends[-size:]
                items = reduction.items(children)
                if reduction.spliced:
                    value = items
                elif reduction.passes and len(items) == 1:
                    value = items[0]
                else:
                    value = methods[reduction.method](Span(*place), items)
                state = states[-1].targets[reduction.origin]
                if kind == _END and state is final:
                    return value
                states.append(state)
                values.append(value)
                starts.append(place[0])
                ends.append(place[1])
            after = state.targets.get(kind)
            if after is None:
                raise Rejected(states, starts, ends, begin)
            state = after
            states.append(state)
            values.append(word)
            starts.append(begin)
            ends.append(at)

    def _bound(self, builder: object) -> dict[str, Method]:
        return {name: getattr(builder, name) for name in self._methods}

    def token(self, text: str, at: int) -> Span:
        """The place of the next token, whatever came before it; empty at the end and at what is no token."""
        while (match := self._any(text, at)) and match.lastgroup in self._passed:
            at = match.end()
        return Span(*match.span()) if match else Span(at, at)

    def _scanner(self, state: _State) -> _Scan:
        accepted = frozenset((*state.reductions, *state.targets, self._newline))
        if accepted not in self._scanners:
            terminals = [terminal for name, terminal in self._terminals.items() if name in accepted]
            self._scanners[accepted] = _scan(terminals, self._ignored)
        scan, words = self._scanners[accepted]
        state.scan, state.words = scan, words
        return scan


def _scan(terminals: list[TerminalDef], ignored: list[TerminalDef]) -> tuple[_Scan, Mapping[str, str]]:
    """How to find the next of some terminals behind what is ignored, and the words that are no names.

    As in Lark, a longer or more specific terminal goes first, and a word that a pattern covers is looked for
    among the pattern's matches, so that `iffy` is not `if`.
    """
    patterns = [t for t in terminals if isinstance(t.pattern, PatternRE)]
    words: dict[str, str] = {}
    for terminal in terminals:
        text = terminal.pattern.value
        if terminal not in patterns and any(
            p.priority == terminal.priority and re.fullmatch(p.pattern.to_regexp(), text) for p in patterns
        ):
            words[text] = terminal.name
    rest = sorted(
        (t for t in terminals if t.name not in words.values()),
        key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name),
    )
    skipped = "|".join(t.pattern.to_regexp() for t in ignored)
    sought = "|".join(rf"(?P<{t.name}>{t.pattern.to_regexp()})" for t in rest)
    return re.compile(rf"(?:{skipped})*+(?:{sought}|\Z)").match, words


def _reduction(rule: Rule) -> _Reduction:
    absences = _absences(rule)
    kept, waiting = [], 0
    for index, symbol in enumerate(rule.expansion):
        waiting += absences[index]
        if rule.options.keep_all_tokens or not (symbol.is_term and getattr(symbol, "filter_out", False)):
            kept.append(_Child(index, not symbol.is_term and symbol.name.startswith("_"), waiting))
            waiting = 0
    absent = waiting + absences[-1]
    simple = not absent and not any(child.spliced or child.absent for child in kept)
    plain = tuple(child.position for child in kept) if simple else None
    passes = bool(rule.options.expand1 and not rule.alias)
    origin = str(rule.origin.name)
    return _Reduction(
        size=len(rule.expansion),
        origin=origin,
        method=str(rule.alias or origin),
        kept=tuple(kept),
        absent=absent,
        passes=passes,
        spliced=origin.startswith("_"),
        plain=plain,
        unit=passes and plain == (0,) and len(rule.expansion) == 1,
    )


def _absences(rule: Rule) -> list[int]:
    """How many optional parts are left out before each symbol of a rule, and after its last."""
    empty = rule.options.empty_indices
    if not empty:
        return [0] * (len(rule.expansion) + 1)
    return [len(run) for run in "".join(str(int(bit)) for bit in empty).split("0")]
