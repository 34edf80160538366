"""What a syntax error says: the parser's state, told in the user's terms.

Each :class:`_Hint` is a mistake that people make; the first that matches wins. Whatever matches none is
described by what stands there and what could have stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from scmlang.diagnostics.base import Diagnostic
from scmlang.source import Source, Span


@dataclass(frozen=True)
class _Hint:
    """Applies where ``before`` is found in the statement up to the error and ``at`` starts the rest.

    What ``at`` matches is underlined, or what the group ``place`` of ``before`` does.
    """

    before: str
    at: str
    message: str
    help: str
    code: str = ""


_NAME = r"[A-Za-z]\w*"
_HINTS = (
    _Hint(
        r"^\s*(?P<place>model|exogenous|latent|mechanism|query|assert|let)\s*$",
        r":|~|->|<->|<-|,",
        "a keyword cannot be a name",
        "choose another name",
        "E008",
    ),
    _Hint(
        rf"^\s*{_NAME}\s*$",
        r"=(?!=)",
        "`=` alone states nothing",
        "write `:=` for an equation, or `let p = 0.1` for a constant",
    ),
    _Hint(
        rf"^\s*{_NAME}\s*(,\s*{_NAME}\s*)+$",
        r":=|~",
        "an equation has one variable on its left",
        "write one equation for each variable",
    ),
    _Hint(
        r"^\s*exogenous\b[^~]*$",
        r":|=",
        "an exogenous variable is given by its distribution",
        "write `exogenous U ~ bernoulli(0.5)`; its domain follows",
    ),
    _Hint(
        r"^\s*let\b[^=]*$",
        r":=|:|~",
        "a `let` is written with `=`",
        "write `let p = 0.1`",
    ),
    _Hint(
        r"^\s*latent\b[^:]*$",
        r":=|~|=",
        "`latent` declares a domain",
        "write `latent T: binary`, and the equation on its own line",
    ),
    _Hint(
        r"(==|!=|<=|>=|<|>)[^\n]*$",
        r"==|!=|<=|>=|<|>",
        "comparisons do not chain",
        "write `a < b and b < c`",
    ),
    _Hint(
        r"(?:[-+*/%<>]|[=<>!]=|\b(?:and|or|xor|not))\s*(?P<place>\bif)\s+$",
        r"",
        "an `if` that is an operand needs brackets",
        "write `(if a then b else c)`",
    ),
    _Hint(
        r"",
        r"&&?",
        "there is no operator `&`",
        "write `and`",
    ),
    _Hint(
        r"",
        r"\|\|",
        "there is no operator `||`",
        "write `or`",
    ),
    _Hint(
        r"",
        r"!(?!=)",
        "there is no operator `!`",
        "write `not`",
    ),
    _Hint(
        r"",
        r"\^",
        "there is no operator `^`",
        "write `**` for a power, `xor` for exclusive or",
    ),
    _Hint(
        rf"{_NAME}_$",
        r"\{",
        "a subscript is written in square brackets",
        "write `Y[X=1]`",
    ),
    _Hint(
        r"",
        r"_",
        "a name starts with a letter",
        "take the underscore away, or put a letter before it",
    ),
    _Hint(
        r"",
        r"[\"']",
        "level names are written without quotes",
        "write `{red, green}`",
    ),
    _Hint(
        r"",
        r";",
        "`;` ends a statement, and a bracket is still open here",
        "close the bracket before it, or write `,` between the parts",
    ),
    _Hint(
        r"(^|[-+*/(,=])\s*[0-9.]+$",
        _NAME,
        "a name cannot start with a digit",
        "put an operator between them, or a letter first",
    ),
)

_WORDS = {
    "NAME": "a name",
    "INTEGER": "a number",
    "DECIMAL": "a number",
    "COMPARE": "a comparison",
    "LINK": "an arrow",
    "RANGE": "`..`",
    "__ANON_0": "`:=`",
    "__ANON_1": "`..`",
    "MINUS": "`-`",
    "_NL": "the end of the line",
    "$END": "the end of the text",
}
_SYMBOLS = {
    "COLON": ":",
    "COMMA": ",",
    "EQUAL": "=",
    "TILDE": "~",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    "VBAR": "|",
}
_OPERATORS = {"PLUS", "MINUS", "TIMES", "POWER", "COMPARE", "AND", "OR", "XOR", "NOT"}
_VALUES = {"NAME", "INTEGER", "DECIMAL", "TRUE", "FALSE"}


def explain(error: UnexpectedInput, source: Source, statement: Span) -> Diagnostic:
    """The diagnostic for an error that Lark met in ``statement``."""
    start, end = _place(error, source, statement)
    before, rest = source.text[statement.start : start], source.text[start:]
    span = Span(start, end)
    code = "E004" if isinstance(error, UnexpectedCharacters) else "E005"
    for hint in _HINTS:
        at, past = re.match(hint.at, rest), re.search(hint.before, before)
        if at and past:
            span = Span(start, start + len(at.group()))
            if "place" in past.re.groupindex:
                span = Span(statement.start + past.start("place"), statement.start + past.end("place"))
            return Diagnostic(hint.code or code, hint.message, source, span, helps=(hint.help,))
    label = _expected(error)
    if _at_end(error) or rest[:1] == "\n":
        return Diagnostic("E005", "the statement ends too early", source, span, label)
    return Diagnostic(code, f"`{source.text[start:end]}` cannot stand here", source, span, label)


def _at_end(error: UnexpectedInput) -> bool:
    return isinstance(error, UnexpectedToken) and error.token.type == "$END"


def _place(error: UnexpectedInput, source: Source, statement: Span) -> tuple[int, int]:
    if isinstance(error, UnexpectedToken) and not _at_end(error):
        start = statement.start + (error.token.start_pos or 0)
        return start, start + max(1, len(error.token))
    if isinstance(error, UnexpectedCharacters):
        start = statement.start + (error.pos_in_stream or 0)
        return start, start + 1
    kept = _without_comment(source.text[statement.start : statement.end]).rstrip(" \t\r\n\f")
    return statement.start + len(kept), statement.start + len(kept) + 1


def _without_comment(text: str) -> str:
    return re.sub(r"#[^\n]*\s*\Z", "", text)


def _expected(error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken):
        names = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        names = set(error.allowed or ())
    else:
        return ""
    words = sorted(set(_describe(names)), key=lambda w: (w.startswith("`"), w))
    if not words or len(words) > 6:
        return ""
    return "expected " + (words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1])


def _describe(names: set[str]) -> Iterable[str]:
    if names >= {"NAME", "INTEGER", "DECIMAL"} and names & {"LPAR", "MINUS"}:
        yield "an expression"
        names = names - _VALUES - {"LPAR", "LSQB", "MINUS", "PLUS", "NOT", "IF"}
    elif len(names & _OPERATORS) > 2:
        yield "an operator"
        names = names - _OPERATORS
    for name in names - {"$END"} if "_NL" in names else names:
        yield _WORDS.get(name) or f"`{_SYMBOLS.get(name, name.lower())}`"
