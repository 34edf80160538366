"""What is drawn: nodes and edges with their looks, before anything has a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scmlang.diagram.diagram import Diagram
from scmlang.semantics.model import CausalModel, Role
from scmlang.source import Span

Pair = tuple[str, str]


@dataclass(frozen=True)
class Node:
    """A variable.

    Attributes:
        name: its name, unique in the scene.
        role: observed, latent or exogenous.
        image: whether it is a picture.
        value: what an intervention sets it to, or None.
    """

    name: str
    role: Role = Role.OBSERVED
    image: bool = False
    value: str | None = None

    @property
    def label(self) -> str:
        return self.name if self.value is None else f"{self.name} = {self.value}"


@dataclass(frozen=True)
class Edge:
    """``tail -> head``, or ``tail <-> head``.

    Attributes:
        tail, head: the nodes that it joins.
        bidirected: whether it has two heads; ``missing`` edges count as such and have none.
        cut: by an intervention on an end it points into.
        missing: what is written at an edge that the diagram lacks and the data ask for; empty for others.
    """

    tail: str
    head: str
    bidirected: bool = False
    cut: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Scene:
    """Nodes and edges in the order they were declared."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def directed(self) -> tuple[Pair, ...]:
        return tuple((e.tail, e.head) for e in self.edges if not e.bidirected)

    @property
    def bidirected(self) -> tuple[Pair, ...]:
        return tuple((e.tail, e.head) for e in self.edges if e.bidirected)


def make_scene(model: CausalModel, do: Mapping[str, str] | None = None) -> Scene:
    """The scene of all of a model's variables that :func:`shown` left.

    Args:
        model: the part of a model that is to be seen.
        do: the intervened variables and their values as people write them.
    """
    set_to = do or {}
    nodes = [Node(v.name, v.role, v.is_image, set_to.get(v.name)) for v in model.variables.values()]
    arrows = [Edge(a, b, cut=b in set_to) for a, b in model.edges]
    arcs = [Edge(a, b, True, a in set_to or b in set_to) for a, b in model.confounded]
    return Scene(model.name, tuple(nodes), (*arrows, *arcs))


def shown(model: CausalModel, *, latent: bool = False, exogenous: bool = False) -> CausalModel:
    """The part of a model that is to be seen, with every edge between its variables in ``edges``.

    Without ``latent`` the diagram is the latent projection on the observed variables. With ``exogenous``
    the exogenous variables that the file names are roots, and an arc that one of them explains is not
    drawn as well; without, they are the arcs.
    """
    kept = [n for n, v in model.variables.items() if exogenous or v.role is not Role.EXOGENOUS]
    edges = [(p, n) for n in kept for p in model.parents[n] if exogenous and p in model.variables]
    arrows = list(dict.fromkeys([*model.edges, *edges]))
    arcs = [pair for pair in model.confounded if not (exogenous and _explained(model, pair))]
    seen = [n for n in kept if latent or model.variables[n].role is not Role.LATENT]
    diagram = Diagram.of(kept, arrows, arcs, observed=seen)
    return _restricted(model, diagram if latent else diagram.latent_projection())


def _explained(model: CausalModel, pair: Pair) -> bool:
    shared = set(model.parents[pair[0]]) & set(model.parents[pair[1]])
    return any(model.variables[name].role is Role.EXOGENOUS for name in shared)


def _restricted(model: CausalModel, diagram: Diagram) -> CausalModel:
    """The model with the variables and edges of a diagram, in order of declaration."""
    place = {name: i for i, name in enumerate(diagram.nodes)}

    def spans(pairs: frozenset[Pair], known: Mapping[Pair, Span]) -> dict[Pair, Span]:
        order = sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
        return {pair: known.get(pair, model.variables[pair[1]].span) for pair in order}

    return replace(
        model,
        variables={name: model.variables[name] for name in diagram.nodes},
        parents={n: tuple(sorted(diagram.parents(n), key=place.__getitem__)) for n in diagram.nodes},
        edges=spans(diagram.directed, model.edges),
        confounded=spans(diagram.bidirected, model.confounded),
    )
