"""What is declared monotone and is learned: training does not hold it to the declaration."""

from __future__ import annotations

from scmlang.diagnostics.base import Diagnostic
from scmlang.semantics.model import CausalModel


def unheld(model: CausalModel) -> tuple[Diagnostic, ...]:
    """W170 for each arrow that is declared monotone and whose mechanism would be learned."""
    return tuple(
        Diagnostic(
            "W170",
            f"`{cause} -> {effect}` is declared monotone, and training does not hold `{effect}` to it",
            model.source,
            span,
            helps=("what is identified by the declaration, `scmlang estimate` takes from data",),
        )
        for (cause, effect), span in model.monotone.items()
        if model.variables[effect].equation is None
    )
