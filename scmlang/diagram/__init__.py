"""The causal diagram: a mixed graph of directed and bidirected edges over endogenous variables.

``build_diagram`` turns a checked model into a frozen :class:`Diagram`; the graph questions that
identification and neural compilation ask are its methods. ``separation`` is m-separation, ``claims`` decides
assertions by it, ``drawing`` makes pictures. ``bitgraph`` is the same graph on integers, for what has to be
fast; ``separators`` finds sets that separate, by ``cuts`` of undirected graphs.

Needs: a :class:`~scmlang.semantics.model.CausalModel`. Guarantees: the directed part is acyclic, the
order of nodes is the order of declaration, and no operation changes a diagram in place.
"""

from scmlang.diagram.build import build_diagram
from scmlang.diagram.diagram import Diagram

__all__ = ["Diagram", "build_diagram"]
