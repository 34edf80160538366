"""The types of a diagnostic: frozen values, made by any phase, rendered elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from scmlang.source import Source, Span


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Note:
    """A remark; with a span it also underlines another place of the same source."""

    text: str
    span: Span | None = None


@dataclass(frozen=True)
class Diagnostic:
    """One problem of the user's, in the user's terms.

    Attributes:
        code: ``E0xx`` or ``W0xx``, stable, listed in ``scmlang.semantics.errors``.
        message: what is wrong, one sentence without a full stop, names in back-ticks.
        source: the text it is in; None for problems that have no text (a missing folder).
        span: the place in ``source`` that is underlined.
        label: the words behind the underline.
        notes: other places involved, and remarks without a place.
        helps: what to do about it.
    """

    code: str
    message: str
    source: Source | None = None
    span: Span | None = None
    label: str = ""
    notes: tuple[Note, ...] = ()
    helps: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self.code.startswith("W") else Severity.ERROR


class ScmError(Exception):
    """The user's mistakes, all that one run found.

    Attributes:
        diagnostics: at least one error, in source order; warnings may be among them.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))


class InternalError(Exception):
    """A defect of scmlang, never of the user's input."""
