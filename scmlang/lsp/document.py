"""One text that an editor has open, and all that is known of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.lsp.index import Index, Kind, Symbol
from scmlang.lsp.positions import Lines
from scmlang.lsp.recovery import Recovered, recover, without
from scmlang.source import Source, Span
from scmlang.syntax import ast

if TYPE_CHECKING:
    from scmlang.semantics.model import CausalModel


class Document:
    """A version of a text; a change makes another document.

    Args:
        text: all of it.
        name: what diagnostics call it.
        version: the editor's number of it.
        encoding: in which the editor counts columns.
    """

    def __init__(
        self, text: str, name: str = "<text>", version: int | None = None, encoding: str = "utf-16"
    ) -> None:
        self.source = Source(name, text)
        self.version = version
        self.lines = Lines(text, encoding)
        self.compilation = Compilation(self.source)

    @property
    def text(self) -> str:
        return self.source.text

    @cached_property
    def _syntax_errors(self) -> tuple[Diagnostic, ...]:
        try:
            _ = self.compilation.ast
        except ScmError as error:
            return error.diagnostics
        return ()

    @cached_property
    def problems(self) -> tuple[Diagnostic, ...]:
        """Errors and warnings, and the assertions that do not hold."""
        if self._syntax_errors:
            return self._syntax_errors
        try:
            return self.compilation.warnings + self.compilation.failures
        except ScmError as error:
            return error.diagnostics

    @cached_property
    def recovered(self) -> Recovered:
        """The statements that parse."""
        if self._syntax_errors:
            return recover(self.source, self._syntax_errors)
        return Recovered(self.compilation)

    @cached_property
    def index(self) -> Index:
        """The names."""
        return Index(self.recovered, self.source)

    @cached_property
    def model(self) -> CausalModel | None:
        """The model; of a text with errors, that of the statements without one, if they make a model."""
        recovered = self.recovered
        try:
            return recovered.compilation.model
        except ScmError as error:
            wrong = [d.span.start for d in error.diagnostics if d.span is not None]
        faulty = [s.span for s in recovered.program.statements if _holds(s.span, wrong)]
        try:
            return without(recovered.compilation.source, tuple(faulty)).compilation.model
        except ScmError:
            return None

    def declaration(self, name: str) -> ast.Declaration | None:
        """The statement that declares a variable with a domain."""
        for occurrence in self.index.declarations(Symbol(Kind.VARIABLE, name)):
            if occurrence.place and isinstance(occurrence.place.statement, ast.Declaration):
                return occurrence.place.statement
        return None

    @property
    def line_end(self) -> str:
        """What ends the lines of the text."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def written(self, span: Span) -> str:
        """The text of a stretch."""
        return self.text[span.start : span.end]


def _holds(span: Span, offsets: list[int]) -> bool:
    return any(span.start <= offset < span.end for offset in offsets)
