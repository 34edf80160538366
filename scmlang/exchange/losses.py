"""What a format cannot hold of a model: one warning for each kind of thing."""

from __future__ import annotations

from collections.abc import Iterable

from scmlang.diagnostics.base import Diagnostic
from scmlang.exchange import HOLDS, NOTES
from scmlang.exchange.dagitty import FORMAT, Notes
from scmlang.semantics.domains import Symbolic
from scmlang.semantics.model import CausalModel, Coupling, Draw, Equation, Role, Table

_COUPLINGS = "Gumbel couplings"


def losses(model: CausalModel, format: str) -> tuple[Diagnostic, ...]:
    """A warning W250 for each kind of thing that is in the model and not in its text in this format.

    A format that says nothing of itself in ``HOLDS`` (``ir``, third parties') is taken to hold all.
    """
    if format not in HOLDS:
        return ()
    lost = {kind: names for kind, names in _contents(model).items() if names and kind not in HOLDS[format]}
    if "equations" in lost:
        lost.pop(_COUPLINGS, None)  # they went with the equations
    found = (
        Diagnostic("W250", f"{format} cannot hold {kind}: {_listed(names)} lost", model.source)
        for kind, names in lost.items()
    )
    return (*found, *(Notes(model).problems if format == FORMAT else ()))


def _contents(model: CausalModel) -> dict[str, list[str]]:
    """Everything beyond the bare diagram, by kind, as the names that have it."""
    return {
        "domains": [v.name for v in model.endogenous if not isinstance(v.domain, Symbolic)],
        "latent variables": [v.name for v in model.endogenous if v.role is Role.LATENT],
        "exogenous variables": [v.name for v in model.exogenous],
        "equations": [v.name for v in model.endogenous if v.equation is not None],
        _COUPLINGS: [v.name for v in model.endogenous if _is_gumbel(v.equation)],
        "monotone mechanisms": [f"{cause} -> {effect}" for cause, effect in model.monotone],
        "mechanism types": [v.name for v in model.endogenous if v.mechanism is not None],
        "named queries": list(model.queries),
        "assertions": [assertion.text for assertion in model.assertions],
        NOTES: [" ".join(subject) or "graph" for subject in Notes(model).held],
    }


def _is_gumbel(equation: Equation | None) -> bool:
    return isinstance(equation, Draw | Table) and equation.coupling is Coupling.GUMBEL


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    shown = ", ".join(f"`{name}`" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"
