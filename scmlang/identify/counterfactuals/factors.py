"""A conjunction of atoms as a sum of products of counterfactual factors, each of them identified.

P(∧ V_pa = v) is the product over the c-components of the variables in it of P(∧ V_pa = v) within each, since
no two of them share an unobserved cause. Such a counterfactual factor that has every variable at one value is
the c-factor Q[C] at these values, and it is identifiable if Q[C] is, from observation or an experiment; one
that needs a variable at two values is identifiable from no experiments at all (Correa, Lee and Bareinboim,
arXiv:2107.03190; for ID*, Shpitser and Pearl, arXiv:1206.5294, line 8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from scmlang.diagram.bitgraph import BitGraph
from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals.closure import Atom, Closure
from scmlang.identify.estimand import (
    At,
    Estimand,
    Linear,
    Term,
    free,
    marginal,
    product,
    show,
    substitute,
)
from scmlang.identify.id import derive_on, sources
from scmlang.identify.result import Region, Step, Witness

ZERO = Linear(())
CFactor = Callable[[frozenset[str]], Estimand | Witness]


@dataclass(frozen=True)
class InconsistentFactor:
    """A counterfactual factor that needs one variable at two values, so that no experiment shows it.

    Attributes:
        factor: atoms of one c-component.
        variable: what has two values in it.
        values: both.
        diagram: what the factor is one of.
    """

    factor: tuple[Atom, ...]
    variable: str
    values: tuple[Term, Term]
    diagram: Diagram

    def __str__(self) -> str:
        first, second = (str(v.value) if isinstance(v, At) else v for v in self.values)
        needs = f"needs `{self.variable}` both at {first} and at {second}"
        return f"the counterfactual factor {self.text}, which {needs}"

    @property
    def text(self) -> str:
        """``P(X=0, Y[X=1]=1)``."""
        return show_atoms(self.factor)

    def to_json(self) -> dict[str, Any]:
        """``{"kind": "inconsistent counterfactual factor", "factor": …, "variable": …, "values": […]}``."""
        return {
            "kind": "inconsistent counterfactual factor",
            "factor": self.text,
            "variable": self.variable,
            "values": [v.value if isinstance(v, At) else v for v in self.values],
        }

    def regions(self) -> tuple[Region, ...]:
        """The c-component of the factor; the variable at two values, with the arrows that carry them."""
        component = frozenset(atom.variable for atom in self.factor)
        links = frozenset(edge for edge in self.diagram.bidirected if component.issuperset(edge))
        carried = {(self.variable, a.variable) for a in self.factor if self.variable in dict(a.parents)}
        return (
            Region("counterfactual factor", component, bidirected=links),
            Region("at two values", frozenset((self.variable,)), directed=frozenset(carried)),
        )


def show_atoms(atoms: Iterable[Atom]) -> str:
    """``P(X=0, Y[X=1]=1)``."""
    return f"P({', '.join(map(str, atoms))})"


@dataclass(frozen=True)
class Factorised:
    """What a conjunction of atoms is: an estimand, or what rules one out, and the steps."""

    found: Estimand | Witness
    steps: tuple[Step, ...] = ()


def c_factors(graph: Diagram, experiments: Iterable[Iterable[str]] = (), *, observed: bool = True) -> CFactor:
    """What gives Q[C], as a function of the names of C and of its parents, from observation or experiments.

    Args:
        graph: over observed variables.
        experiments: sets of variables that were held, each at all of their values.
        observed: whether there is observation too.
    """
    bits = BitGraph.of(graph)
    data = sources(bits, experiments, observed=observed)

    @cache
    def q(component: frozenset[str]) -> Estimand | Witness:
        of = bits.mask(component)
        derived = derive_on(bits, of, bits.all & ~of, 0, data, explain=False)
        found = derived.estimand or derived.witness
        if found is None:
            raise TypeError("a c-factor is identifiable, or something rules it out")
        return found

    return q


def factorised(closure: Closure, q: CFactor, *, explain: bool = True) -> Factorised:
    """The probability of the atoms of ``closure``, its bound symbols summed over.

    Args:
        closure: with every event in it; a tie in it has been refused.
        q: gives Q[C] with the names of variables as its symbols, or a witness.
        explain: whether to record the steps.
    """
    if closure.impossible:
        reason = "a variable would have two values in one world, so the event never happens"
        return Factorised(ZERO, (Step("consistency", reason),))
    atoms = pruned(closure.atoms, closure.bound)
    bound = sorted({s for atom in atoms for s in atom.symbols} & closure.bound)
    steps: list[Step] = []
    if atoms and explain:
        steps.append(Step("consistency and exclusion", f"it is {_sum(bound)}{show_atoms(atoms)}"))
    parts: list[Estimand] = []
    for factor in districts(closure.graph, atoms):
        part = _factor(closure, factor, q)
        if not isinstance(part, Estimand):
            return Factorised(part, tuple(steps))
        if explain:
            steps.append(Step("counterfactual factor", f"{show_atoms(factor)} = {show(part)}"))
        parts.append(part)
    return Factorised(marginal(bound, product(parts)), tuple(steps))


def pruned(atoms: Iterable[Atom], bound: frozenset[str]) -> tuple[Atom, ...]:
    """The atoms without those whose value is summed over and matters to nothing else: they sum to 1."""
    listed = list(atoms)
    times = Counter(term for atom in listed for _, term in atom.assigned)
    kept = []
    for atom in reversed(listed):  # effects first
        if atom.value in bound and times[atom.value] == 1:
            times.subtract(term for _, term in atom.assigned)
        else:
            kept.append(atom)
    return tuple(reversed(kept))


def districts(graph: Diagram, atoms: Iterable[Atom]) -> list[tuple[Atom, ...]]:
    """The atoms of each c-component of their variables."""
    listed = tuple(atoms)
    components = graph.c_components_of(atom.variable for atom in listed)
    place = {name: i for i, component in enumerate(components) for name in component}
    found: list[list[Atom]] = [[] for _ in components]
    for atom in listed:
        found[place[atom.variable]].append(atom)
    return [tuple(part) for part in found]


def _factor(closure: Closure, factor: tuple[Atom, ...], q: CFactor) -> Estimand | Witness:
    values: dict[str, Term] = {}
    for atom in factor:
        for name, term in atom.assigned:
            before = values.setdefault(name, term)
            if before != term:
                return _clash(closure.graph, factor, name)
    found = q(frozenset(atom.variable for atom in factor))
    if not isinstance(found, Estimand):
        return found
    arbitrary = {name: closure.any_value(name) for name in sorted(free(found) - values.keys())}
    return substitute(found, {**arbitrary, **values})


def _clash(graph: Diagram, factor: tuple[Atom, ...], name: str) -> InconsistentFactor:
    terms = list(dict.fromkeys(term for atom in factor for n, term in atom.assigned if n == name))
    return InconsistentFactor(factor, name, (terms[0], terms[1]), graph)


def _sum(bound: Iterable[str]) -> str:
    listed = ", ".join(bound)
    return f"Σ_{{{listed}}} " if listed else ""
