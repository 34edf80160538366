"""Collecting the problems of a data set, so that one run reports them all, within reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scmlang.diagnostics.base import Diagnostic, Note, ScmError

SHOWN = 20


@dataclass
class Problems:
    """The first :data:`SHOWN` diagnostics, and how many there were."""

    shown: list[Diagnostic] = field(default_factory=list)
    count: int = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, diagnostic: Diagnostic) -> None:
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(diagnostic)

    def raise_any(self) -> None:
        """Raise what was collected.

        Raises:
            ScmError: when anything was.
        """
        if not self.count:
            return
        hidden = self.count - len(self.shown)
        if hidden:
            last = self.shown[-1]
            more = Note(f"and {hidden} more problem{'s' if hidden > 1 else ''} in these data")
            self.shown[-1] = replace(last, notes=(*last.notes, more))
        raise ScmError(self.shown)
