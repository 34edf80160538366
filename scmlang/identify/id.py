"""Interventional distributions from observation and from experiments: ID, IDC, gID and gIDC, all complete.

The lines are those of ID in figure 3 of Shpitser and Pearl, Identification of Joint Interventional
Distributions in Recursive Semi-Markovian Causal Models (AAAI 2006). Between line 4 and the end the c-factor
of each district is found by narrowing a c-component (Tian and Pearl, A general identification condition for
causal effects, AAAI 2002), which takes the same lines in turn. With experiments every district may be found
in another of them: Lee, Correa and Bareinboim, General Identifiability with Arbitrary Surrogate
Experiments (UAI 2019). Conditions that rule 2 of the do-calculus turns into interventions are turned (IDC:
Shpitser and Pearl, Identification of Conditional Interventional Distributions, UAI 2006; with experiments:
Kivva, Etesami and Kiyavash, On Identifiability of Conditional Causal Effects, UAI 2023).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scmlang.diagram.bitgraph import BitGraph, Mask
from scmlang.diagram.diagram import Diagram
from scmlang.identify.estimand import Conditional, Estimand, Quotient
from scmlang.identify.factors import (
    Link,
    chain,
    conditioned,
    narrowed,
    without_ones,
    write_sum,
)
from scmlang.identify.hedge import Hedge, Thicket, make_hedge
from scmlang.identify.minimal import minimal_forests, minimal_outer
from scmlang.identify.result import Step

Tell = Callable[[str, str], None]
OBSERVED: tuple[Mask, ...] = (0,)


@dataclass(frozen=True)
class Derived:
    """What ID and its kin find: an estimand, or what rules it out, and the steps.

    Attributes:
        method: ``ID``, ``IDC``, ``gID`` or ``gIDC``.
        estimand: where the effect is identifiable.
        witness: where it is not.
        steps: the derivation.
    """

    method: str
    estimand: Estimand | None
    witness: Hedge | Thicket | None
    steps: tuple[Step, ...]


def identify(
    diagram: Diagram, outcomes: Iterable[str], do: Iterable[str] = (), given: Iterable[str] = ()
) -> Estimand | Hedge:
    """P(outcomes | do(do), given) from the observed distribution, or the hedge that rules it out.

    Arguments and errors are those of :func:`derive`.
    """
    found = derive(diagram, outcomes, do, given, explain=False)
    if isinstance(found.witness, Hedge):
        return found.witness
    if found.estimand is None:
        raise TypeError("observation alone leaves a hedge or an estimand")
    return found.estimand


def derive(
    diagram: Diagram,
    outcomes: Iterable[str],
    do: Iterable[str] = (),
    given: Iterable[str] = (),
    experiments: Iterable[Iterable[str]] = (),
    *,
    observed: bool = True,
    explain: bool = True,
) -> Derived:
    """P(outcomes | do(do), given) from observation and experiments, or what rules it out.

    Args:
        diagram: latent nodes are projected out first.
        outcomes: observed variables, at least one.
        do: those that are held.
        given: those that are conditioned on; the three do not overlap.
        experiments: sets of observed variables that were held, each at all of their values, while the others
            were observed.
        observed: whether there is observation too, where nothing is held.
        explain: whether to record the steps.

    Raises:
        ValueError: for names that overlap or are not observed, and for no data at all.
    """
    graph = BitGraph.of(diagram.latent_projection())
    y, x, z = (frozenset(names) for names in (outcomes, do, given))
    held = [frozenset(names) for names in experiments]
    if not y or (y & x) or (y & z) or (x & z) or not (y | x | z).union(*held) <= graph.place.keys():
        raise ValueError("outcomes, interventions and conditions are different observed variables")
    data = sources(graph, held, observed=observed)
    return derive_on(graph, graph.mask(y), graph.mask(x), graph.mask(z), data, explain=explain)


def sources(graph: BitGraph, experiments: Iterable[Iterable[str]], *, observed: bool = True) -> list[Mask]:
    """What was held in each distribution that the data have, each once; nothing, in observation.

    Raises:
        ValueError: for no data at all.
    """
    nothing = OBSERVED if observed else ()
    found = list(dict.fromkeys([*nothing, *map(graph.mask, experiments)]))
    if not found:
        raise ValueError("without observation and experiments nothing is identifiable")
    return found


def refused(graph: BitGraph, outcomes: Iterable[str], x: Mask) -> list[str]:
    """Those outcomes V whose P(V | do(x)) is not identifiable, on a graph without latent nodes."""
    run = _Run(graph, OBSERVED, None)
    known: dict[Mask, bool] = {}

    def determined(district: Mask) -> bool:
        if district not in known:
            known[district] = not isinstance(run.narrow(district, 0), Mask)
        return known[district]

    found = []
    for name in outcomes:
        inside = graph.ancestors(graph.mask([name]), stop=x) & ~x
        if not all(map(determined, graph.districts(inside))):
            found.append(name)
    return found


def exchanged(
    diagram: Diagram, outcomes: Iterable[str], do: Iterable[str], given: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Interventions and conditions once rule 2 of the do-calculus has made conditions interventions.

    Args:
        diagram: without latent nodes.
        outcomes, do, given: as in :func:`derive`.
    """
    graph = BitGraph.of(diagram)
    x, z = _Run(graph, OBSERVED, None).exchanged(*map(graph.mask, (outcomes, do, given)))
    return frozenset(graph.listed(x)), frozenset(graph.listed(z))


def derive_on(
    graph: BitGraph, y: Mask, x: Mask, z: Mask = 0, data: Sequence[Mask] = OBSERVED, *, explain: bool
) -> Derived:
    """:func:`derive` on a graph without latent nodes, from data with :func:`sources`."""
    steps: list[Step] = []

    def tell(rule: str, text: str) -> None:
        steps.append(Step(rule, text))

    run = _Run(graph, data, tell if explain else None)
    method = ("ID" if tuple(data) == OBSERVED else "gID") + ("C" if z else "")
    found = run.conditional(y, x, z)
    if isinstance(found, Hedge | Thicket):
        return Derived(method, None, found, tuple(steps))
    return Derived(method, found, None, tuple(steps))


class _Run:
    def __init__(self, graph: BitGraph, data: Sequence[Mask], tell: Tell | None) -> None:
        self.graph = graph
        self.data = data
        self.tell = tell

    def say(self, mask: Mask) -> str:
        return f"{{{', '.join(self.graph.listed(mask))}}}"

    def conditional(self, y: Mask, x: Mask, z: Mask) -> Estimand | Hedge | Thicket:
        """Conditions that rule 2 exchanges become interventions; the rest by Bayes' theorem."""
        x, z = self.exchanged(y, x, z)
        direct = self._direct(y, x, z)
        if direct is not None:
            return direct
        found = self._effect(y | z, x)
        if isinstance(found, Hedge | Thicket):
            return found
        links, over = found
        if not z:
            return write_sum(self.graph, without_ones(links, over))
        if self.tell:
            self.tell("Bayes", f"divide the joint distribution by its sum over {self.say(y)}")
        top, bottom = conditioned(links, over, y)
        upper = write_sum(self.graph, top)
        return Quotient(upper, write_sum(self.graph, bottom)) if bottom.links else upper

    def exchanged(self, y: Mask, x: Mask, z: Mask) -> tuple[Mask, Mask]:
        """Conditions become interventions until rule 2 allows no more; which ones do is unique."""
        waiting = z
        while waiting:
            low = waiting & -waiting
            waiting ^= low
            if self.graph.cut(x, low).separated(y, low, x | z & ~low):
                x, z = x | low, z & ~low
                waiting = z
                if self.tell:
                    text = f"observing {self.say(low)} is as good as intervening on it"
                    self.tell("do-calculus, rule 2", text)
        return x, z

    def _direct(self, y: Mask, x: Mask, z: Mask) -> Estimand | None:
        """Where the distribution asked for is one of the data's own."""
        graph = self.graph
        matters = graph.ancestors(y | z, stop=x) & x
        for do in self.data:
            held = do and graph.ancestors(y | z, stop=do) & do
            if held == matters and not do & (y | z):
                if self.tell:
                    self._tell_direct(x, matters, do)
                return Conditional(*map(graph.listed, (y, z, do)))
        return None

    def _tell_direct(self, x: Mask, matters: Mask, do: Mask) -> None:
        if x & ~matters and self.tell:
            text = f"intervening on {self.say(x & ~matters)} changes nothing that is asked about"
            self.tell("do-calculus, rule 3", text)
        if self.tell:
            source = f"the experiment do({', '.join(self.graph.listed(do))})" if do else "observation"
            self.tell("ID, line 1", f"what is left is a distribution of {source}")

    def _effect(self, y: Mask, x: Mask) -> tuple[list[Link], Mask] | Hedge | Thicket:
        """P(y | do(x)) as Σ over the second of the product of the first."""
        graph, tell = self.graph, self.tell
        above = graph.ancestors(y, stop=x)
        if tell:
            self._tell_ancestors(y, x, above)
        inside = above & ~x
        districts = graph.districts(inside)
        if tell and len(districts) > 1:
            parts = ", ".join(map(self.say, districts))
            tell("ID, line 4", f"the effect is a product over the c-components {parts}")
        links: list[Link] = []
        for district in districts:
            found = self._district(district, x, inside)
            if isinstance(found, Hedge | Thicket):
                return found
            links += found
        return links, inside & ~y

    def _tell_ancestors(self, y: Mask, x: Mask, above: Mask) -> None:
        graph = self.graph
        relevant = graph.ancestors(y)
        if self.tell and relevant != graph.all:
            self.tell("ID, line 2", f"only the ancestors {self.say(relevant)} of {self.say(y)} matter")
        if self.tell and relevant & ~above & ~x:
            text = f"intervene on {self.say(relevant & ~above & ~x)} too, which changes nothing (rule 3)"
            self.tell("ID, line 3", text)

    def _district(self, district: Mask, x: Mask, inside: Mask) -> tuple[Link, ...] | Hedge | Thicket:
        """Q[district] from the first of the sources that determines it; its hedges are smallest."""
        refused: list[tuple[Mask, Mask]] = []
        for do in self.data:
            found = 0 if do & district else self.narrow(district, do)
            if isinstance(found, tuple):
                return found
            refused.append((do, found))
        graph = self.graph
        if tuple(self.data) == OBSERVED:
            forests = minimal_forests(graph, refused[0][1], x, inside)
            if forests is None:
                raise TypeError("a c-component with no formula has a hedge")
            return make_hedge(graph, *forests)
        hedges = tuple((graph.listed(do), self._around(district, outer)) for do, outer in refused)
        return Thicket(graph.listed(district), hedges)

    def _around(self, district: Mask, outer: Mask) -> Hedge | None:
        if not outer:
            return None
        return make_hedge(self.graph, minimal_outer(self.graph, outer, district), district)

    def narrow(self, district: Mask, do: Mask) -> tuple[Link, ...] | Mask:
        """Q[district] from observation under do(do), or the c-component in which a hedge rules it out."""
        graph, tell = self.graph, self.tell
        where = f" under do({', '.join(graph.listed(do))})" if do else ""
        whole = graph.all & ~do
        component = graph.district(district, whole)
        if component != district:  # else what is no ancestor is in no factor
            whole = graph.ancestors(district, whole)
            component = graph.district(district, whole)
        links = chain(graph, whole, component, do)
        while component != district:
            above = graph.ancestors(district, component)
            if above == component:
                if tell:
                    text = (
                        f"all of the c-component {self.say(component)}{where} leads to {self.say(district)}"
                    )
                    tell(f"Q{self.say(district)}: ID, line 5", f"{text} inside of it: a hedge")
                return component
            if tell:
                gone = self.say(component & ~above)
                text = f"look for it in the c-component {self.say(component)}{where}"
                tell(f"Q{self.say(district)}: ID, line 7", f"{text}, and sum over {gone} (line 2)")
            smaller = graph.district(district, above)
            links = narrowed(links, component & ~above, smaller)
            component = smaller
        if tell:
            tell(f"Q{self.say(district)}: ID, line 6", f"it is a product of conditionals{where}")
        return links
