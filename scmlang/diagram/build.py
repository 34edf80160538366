"""From a checked model to its diagram."""

from __future__ import annotations

from collections.abc import Iterable

from scmlang.diagram.diagram import Diagram
from scmlang.semantics.model import CausalModel


def build_diagram(model: CausalModel, of: Iterable[str] | None = None) -> Diagram:
    """The diagram over the model's endogenous variables, latent ones included.

    Args:
        model: any.
        of: names of variables; given, the diagram is over what causes them, they included.
    """
    nodes = [variable.name for variable in model.endogenous]
    observed = [variable.name for variable in model.observed]
    if of is None:
        return Diagram.of(nodes, model.edges, model.confounded, observed=observed)
    above = _causes(model, of)
    edges = [(a, b) for b in above for a in model.parents[b] if a in above]
    arcs = [arc for arc in model.confounded if above.issuperset(arc)]
    kept = [name for name in nodes if name in above]
    return Diagram.of(kept, edges, arcs, observed=above.intersection(observed))


def _causes(model: CausalModel, of: Iterable[str]) -> set[str]:
    """The endogenous variables that cause some variables, those included."""
    inside = {variable.name for variable in model.endogenous}
    found = inside.intersection(of)
    waiting = list(found)
    while waiting:
        new = inside.intersection(model.parents[waiting.pop()]) - found
        found |= new
        waiting += new
    return found
