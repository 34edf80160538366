"""Which variables a query and its bounds depend on, and the diagram over them.

Let i be a variable that causes nothing that is asked about and shares a cause with each other one of its
district D, and let its causes be all those outside of D that D has. Then it tells nothing of the others: it
sees, in its response, what all of D - i would be, and may be drawn from P(i | D - i) as the data have it,
whatever the others do. So it is left out. A variable that does not see so much is kept, for it may tell what
the others would be: with Z -> X <-> Y, Y may say how X responds to Z. So is one where an experiment holds
others of its district.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def make_problem(
    model: CausalModel, quantity: Quantity, experiments: Iterable[Iterable[str]] = ()
) -> Problem:
    """The part of the model that matters to a quantity, where some sets of variables were held.

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
    held = {name for names in experiments for name in names if name in graph.place}
    kept, whole = _kept(graph, model, graph.ancestors(graph.mask(asked)), graph.mask(held))
    names = [name for name in projected.nodes if kept >> graph.place[name] & 1]
    inner = projected.subgraph(names)
    variables = {name: model.variables[name] for name in names}
    parents = {name: tuple(p for p in names if p in inner.parents(name)) for name in names}
    ordered = BitGraph.of(inner)
    domains = tuple(_finite(model, name) for name in ordered.names)
    return Problem(replace(model, variables=variables, parents=parents), ordered, domains, whole)


def _kept(graph: BitGraph, model: CausalModel, needed: Mask, held: Mask) -> tuple[Mask, bool]:
    kept, whole = graph.all, True
    waiting = sorted(bits(graph.all & ~needed), reverse=True)
    for i in waiting:  # effects before causes
        if graph.children[i] & kept:
            continue
        silent = _is_silent(graph, i, kept, held)
        finite = isinstance(model.variables[graph.names[i]].domain, Finite)
        if silent or not finite:
            kept &= ~(1 << i)
            whole = whole and silent
    return kept, whole


def _is_silent(graph: BitGraph, i: int, kept: Mask, held: Mask) -> bool:
    """Whether a variable without effects tells nothing of others."""
    district = graph.district(1 << i, kept)
    rest = district & ~(1 << i)
    outside = graph.parents_of(rest) & ~district
    return not (rest & ~graph.spouses[i] or outside & ~graph.parents[i] or rest & held)


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
