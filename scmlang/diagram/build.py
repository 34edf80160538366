"""From a checked model to its diagram."""

from __future__ import annotations

from scmlang.diagram.diagram import Diagram
from scmlang.semantics.model import CausalModel


def build_diagram(model: CausalModel) -> Diagram:
    """The diagram over the model's endogenous variables, latent ones included."""
    nodes = [variable.name for variable in model.endogenous]
    observed = [variable.name for variable in model.observed]
    return Diagram.of(nodes, model.edges, model.confounded, observed=observed)
