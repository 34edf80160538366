"""The words and signs of the language, read off the grammar, for whatever colours a text.

An editor's grammar and a highlighter must not list keywords of their own: :func:`lexicon` sorts the
terminals of ``grammar/scm.lark`` into classes, so a word that is added to the grammar is coloured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from lark import Lark
from lark.grammar import Terminal
from lark.lexer import PatternStr, TerminalDef

from scmlang.syntax.parser import FILE, QUERY, grammar_text

_CONSTANTS = ("TRUE", "FALSE")
_OPERATORS = ("OR", "XOR", "AND", "NOT")
_PUNCTUATION = "()[]{},;"


@dataclass(frozen=True)
class Lexicon:
    """The terminals of the grammar by class; ``name``, ``integer``, … are regular expressions.

    Attributes:
        statements: words that begin a statement.
        controls: other words of the syntax, such as ``if``.
        operators: words that are operators, such as ``not``.
        constants: words that are values.
        name, integer, decimal, comment: patterns.
        signs: one pattern for every sign, longest first, that is not in ``punctuation``.
        punctuation: brackets and separators.
    """

    statements: tuple[str, ...]
    controls: tuple[str, ...]
    operators: tuple[str, ...]
    constants: tuple[str, ...]
    name: str
    integer: str
    decimal: str
    comment: str
    signs: str
    punctuation: str

    @property
    def words(self) -> tuple[str, ...]:
        """Every word of the syntax."""
        return self.statements + self.controls + self.operators + self.constants

    @property
    def free_name(self) -> str:
        """The pattern of a name that is no word of the syntax."""
        return rf"(?!(?:{'|'.join(self.words)})(?![A-Za-z0-9_])){self.name}"


@cache
def lexicon() -> Lexicon:
    """The terminals of the grammar."""
    lark = Lark(grammar_text(), parser=None, lexer="basic", start=[FILE, QUERY])
    terminals = {terminal.name: terminal for terminal in lark.terminals}
    words = {name: t.pattern.value for name, t in terminals.items() if _is_word(t)}
    first = set(_beginnings(lark)) & set(words)
    special = {*_CONSTANTS, *_OPERATORS}
    return Lexicon(
        statements=_sorted(words[name] for name in first - special),
        controls=_sorted(words[name] for name in set(words) - first - special),
        operators=_sorted(words[name] for name in _OPERATORS),
        constants=_sorted(words[name] for name in _CONSTANTS),
        name=terminals["NAME"].pattern.to_regexp(),
        integer=terminals["INTEGER"].pattern.to_regexp(),
        decimal=terminals["DECIMAL"].pattern.to_regexp(),
        comment=_comment(terminals[name] for name in lark.ignore_tokens),
        signs=_signs(terminals.values(), lark.ignore_tokens),
        punctuation=_PUNCTUATION,
    )


def _is_word(terminal: TerminalDef) -> bool:
    return isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha()


def _beginnings(lark: Lark) -> Iterator[str]:
    """The terminals that a statement may begin with."""
    for rule in lark.rules:
        if rule.origin.name == "statement" and rule.expansion and isinstance(rule.expansion[0], Terminal):
            yield rule.expansion[0].name


def _comment(ignored: Iterable[TerminalDef]) -> str:
    return next(t.pattern.to_regexp() for t in ignored if re.match(t.pattern.to_regexp(), "# a"))


def _signs(terminals: Iterable[TerminalDef], ignored: Iterable[str]) -> str:
    """One alternation, in the order in which Lark tries terminals."""
    left_out = {"NAME", "INTEGER", "DECIMAL", "_NL", *ignored}
    signs = [
        t
        for t in terminals
        if t.name not in left_out and not _is_word(t) and t.pattern.value not in _PUNCTUATION
    ]
    signs.sort(key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    return "|".join(t.pattern.to_regexp() for t in signs)


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words))
