"""Which variables a query and its bounds depend on, and the diagram over them.

A variable that causes nothing that is asked about, and has the same unobserved cause as all of its district,
tells nothing of the others: whatever they do, a response of its own can be added that fits. So it is left
out. In a district that is joined by bidirected edges, but not all by one cause, it may be as good as an
instrument, and is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.diagram.build import build_diagram
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Quantity, World, counterfactuals


@dataclass(frozen=True, eq=False)
class Problem:
    """What the bounds of a query are about.

    Attributes:
        model: the variables that matter; their parents are those of the latent projection.
        graph: the diagram over them.
        domains: their domains, in the order of ``graph.names``.
        whole: whether nothing was left out that may tell something.
    """

    model: CausalModel
    graph: BitGraph
    domains: tuple[Finite, ...]
    whole: bool

    @property
    def names(self) -> tuple[str, ...]:
        return self.graph.names

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(domain.size for domain in self.domains)

    def index(self, name: str, value: float | str) -> int | None:
        """Which level of its variable a value is; None where it is none."""
        domain = self.domains[self.graph.place[name]]
        if isinstance(value, str) or value != int(value):
            return None
        index = int(value) - domain.offset
        return index if 0 <= index < domain.size else None

    def is_clique(self, members: Mask) -> bool:
        """Whether each two of some variables share an unobserved cause."""
        return is_clique(self.graph, members)


def make_problem(model: CausalModel, quantity: Quantity) -> Problem:
    """The part of the model that matters to a quantity.

    Raises:
        ScmError: E351 for variables without finitely many values among them, E354 where the quantity speaks
            of a variable that is not observed.
    """
    diagram = build_diagram(model)
    asked = set(mentioned(quantity))
    unseen = sorted(asked - diagram.observed)
    if unseen:
        message = f"`{unseen[0]}` is not observed, so the data say nothing about it by name"
        raise ScmError([Diagnostic("E354", message, model.source, model.variables[unseen[0]].span)])
    projected = diagram.latent_projection()
    graph = BitGraph.of(projected)
    kept, whole = _kept(graph, model, graph.ancestors(graph.mask(asked)))
    names = [name for name in projected.nodes if kept >> graph.place[name] & 1]
    inner = projected.subgraph(names)
    variables = {name: model.variables[name] for name in names}
    parents = {name: tuple(p for p in names if p in inner.parents(name)) for name in names}
    ordered = BitGraph.of(inner)
    domains = tuple(_finite(model, name) for name in ordered.names)
    return Problem(replace(model, variables=variables, parents=parents), ordered, domains, whole)


def _kept(graph: BitGraph, model: CausalModel, needed: Mask) -> tuple[Mask, bool]:
    kept, whole = graph.all, True
    waiting = sorted(bits(graph.all & ~needed), reverse=True)
    for i in waiting:  # effects before causes
        if graph.children[i] & kept:
            continue
        alone = is_clique(graph, graph.district(1 << i, kept))
        finite = isinstance(model.variables[graph.names[i]].domain, Finite)
        if alone or not finite:
            kept &= ~(1 << i)
            whole = whole and alone
    return kept, whole


def is_clique(graph: BitGraph, members: Mask) -> bool:
    """Whether each two of some nodes are joined by a bidirected edge."""
    return all(members & ~graph.spouses[i] == 1 << i for i in bits(members))


def _finite(model: CausalModel, name: str) -> Finite:
    variable = model.variables[name]
    if isinstance(variable.domain, Finite):
        return variable.domain
    kind = "an image" if variable.is_image else f"of the domain {variable.domain}"
    message = f"`{name}` is {kind}, and bounds need finitely many values"
    helps = (f"declare how many it has: `{name}: binary`, or `{name}: 0..3`",)
    raise ScmError([Diagnostic("E351", message, model.source, variable.span, helps=helps)])


def mentioned(quantity: Quantity) -> Iterator[str]:
    """Every variable that a quantity speaks of, those in subscripts included."""
    for variable in counterfactuals(quantity):
        yield variable.variable
        yield from _held_names(variable.world)


def _held_names(world: World) -> Iterator[str]:
    for item in world:
        yield item.variable
        if isinstance(item.value, Counterfactual):
            yield item.value.variable
            yield from _held_names(item.value.world)
