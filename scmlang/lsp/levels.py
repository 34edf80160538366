"""The levels that a word beside a variable may be, read off the declarations."""

from __future__ import annotations

from scmlang.lsp.context import Context
from scmlang.lsp.document import Document
from scmlang.syntax import ast

_MOST = 64  # levels of a range that are proposed


def levels_of(document: Document, variable: str) -> tuple[str, ...]:
    """The levels of a declared variable, as a person types them; none of a large range."""
    declaration = document.declaration(variable)
    match declaration.domain if declaration else None:
        case ast.NamedDomain(_, levels):
            return tuple(level.text for level in levels)
        case ast.RangeDomain(_, low, high) if high - low < _MOST:
            return tuple(map(str, range(low, high + 1)))
        case ast.WordDomain(_, ast.Name(_, "binary")):
            return ("0", "1", "true", "false")
    return ()


def table_levels(document: Document, ctx: Context) -> tuple[str, ...]:
    """In a row of a table, the levels of the parent whose turn it is."""
    if ctx.bracket != "(":
        return ()
    parents = [token for token in ctx.tokens[_call(ctx) + 1 : ctx.open[0]] if token not in (",", ")")]
    turn = ctx.inside.count(",")
    return levels_of(document, parents[turn]) if turn < len(parents) else ()


def _call(ctx: Context) -> int:
    """The bracket of `table(`."""
    return ctx.tokens.index("(") if "(" in ctx.tokens else len(ctx.tokens)
