"""Where a name is declared, and where it is used."""

from __future__ import annotations

from scmlang.lsp.document import Document
from scmlang.lsp.index import Kind, Occurrence
from scmlang.syntax import ast


def definitions(document: Document, occurrence: Occurrence) -> tuple[Occurrence, ...]:
    """The declarations of a name; of a level beside a variable, the one in that variable's domain."""
    if occurrence.symbol is None:
        return ()
    found = document.index.declarations(occurrence.symbol)
    if occurrence.symbol.kind is not Kind.LEVEL:
        return found
    if occurrence.declares:
        return (occurrence,)
    return tuple(o for o in found if _is_of(o, occurrence.beside)) or found


def references(document: Document, occurrence: Occurrence) -> tuple[Occurrence, ...]:
    """Every occurrence of what a name stands for, its declarations among them."""
    return document.index.of(occurrence.symbol) if occurrence.symbol else (occurrence,)


def _is_of(declaration: Occurrence, variable: str | None) -> bool:
    statement = declaration.place.statement if declaration.place else None
    if not isinstance(statement, ast.Declaration):
        return False
    return any(name.text == variable for name in statement.names)
