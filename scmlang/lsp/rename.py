"""Renaming what a file declares, everywhere at once."""

from __future__ import annotations

import re

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError, Severity
from scmlang.lsp.document import Document
from scmlang.lsp.edits import Edit, apply
from scmlang.lsp.index import Kind, Occurrence, Symbol
from scmlang.source import Source
from scmlang.syntax.build import KEYWORDS
from scmlang.syntax.lexicon import lexicon


class Refused(Exception):
    """Why a name cannot be renamed, in the user's terms."""


def renamable(document: Document, offset: int) -> Occurrence:
    """The name at an offset, if the file declares it.

    Raises:
        Refused: when there is no name, or one of the language.
    """
    occurrence = document.index.at(offset)
    if occurrence is None:
        raise Refused("there is no name here")
    if occurrence.symbol is None:
        what = occurrence.word.value if occurrence.word else "name that nothing declares"
        raise Refused(f"`{occurrence.text}` is a {what}, and only what the file declares is renamed")
    return occurrence


def rename(document: Document, offset: int, name: str) -> tuple[Edit, ...]:
    """The edits that give the name at an offset another one.

    A text without errors has none afterwards: the renamed text is checked, which finds every way in which the
    new name does not fit.

    Raises:
        Refused: for a keyword, what is no name, or a name that is taken.
    """
    symbol = renamable(document, offset).symbol
    if symbol is None or symbol.name == name:
        return ()
    _check_name(name)
    _check_free(document, symbol, name)
    edits = tuple(Edit(occurrence.span, name) for occurrence in document.index.of(symbol))
    _check_text(document, edits, name)
    return edits


def _check_name(name: str) -> None:
    if name in KEYWORDS or name in lexicon().words:
        raise Refused(f"`{name}` is a keyword and cannot be a name")
    if not re.fullmatch(lexicon().name, name):
        raise Refused(f"`{name}` is no name: a name is a letter, then letters, digits and underscores")


def _check_free(document: Document, symbol: Symbol, name: str) -> None:
    if symbol.kind is Kind.MODEL:
        return
    taken = Symbol(Kind.QUERY, name) if symbol.kind is Kind.QUERY else document.index.named(name)
    if taken and document.index.of(taken):
        raise Refused(f"`{name}` is taken: there is a {taken.kind.value} of that name")


def _check_text(document: Document, edits: tuple[Edit, ...], name: str) -> None:
    if any(problem.severity is Severity.ERROR for problem in document.problems):
        return
    try:
        _ = Compilation(Source(document.source.name, apply(document.text, edits))).model
    except ScmError as error:
        raise Refused(f"`{name}` does not fit: {error.diagnostics[0].message}") from None
