"""The criteria that people know by name: back door, front door, instrument.

They are looked for before ID, which needs none of them, because their formulas are the ones to be read and to
be estimated: where one of them applies, ID finds the same numbers in another form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scmlang.diagram.bitgraph import BitGraph, Mask, bits
from scmlang.diagram.separators import Separators
from scmlang.identify.adjustment import Adjustment
from scmlang.identify.estimand import Conditional, Estimand, marginal, product, substitute
from scmlang.identify.result import Step


@dataclass(frozen=True)
class Named:
    """An effect that a criterion with a name identifies.

    Attributes:
        method: ``back-door``, ``adjustment`` or ``front-door``.
        estimand: the formula of the textbooks.
        steps: what was checked.
    """

    method: str
    estimand: Estimand
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Instrument:
    """Z tells of X, and of Y only through X, given W.

    Attributes:
        name: Z.
        given: W.
        cause, outcome: X and Y.
        moves: whether Z acts on X, with nothing that confounds it with X or Y given W, and no effect of it
            in W: what the ratio of :attr:`note` needs beside monotonicity.
    """

    name: str
    given: tuple[str, ...]
    cause: str
    outcome: str
    moves: bool

    @property
    def note(self) -> str:
        """What it gives, in one sentence."""
        z, x, y = self.name, self.cause, self.outcome
        bar = f", {', '.join(self.given)}" if self.given else ""
        within = f" in each stratum of {', '.join(self.given)}" if self.given else ""
        use = (
            f"`{z}` is an instrument for the effect of `{x}` on `{y}`{within}: "
            "without further assumptions it bounds the effect"
        )
        if not self.moves:
            return use
        ratio = f"[E({y} | {z}=1{bar}) - E({y} | {z}=0{bar})] / [E({x} | {z}=1{bar}) - E({x} | {z}=0{bar})]"
        return (
            f"{use}; for binary `{z}` and `{x}`, and where no unit's {x} falls as {z} rises "
            f"(monotonicity), {ratio} is the mean effect among those whose {x} follows {z}, not among all"
        )


def named(graph: BitGraph, y: Mask, x: Mask) -> Named | None:
    """The first criterion that identifies P(y | do(x)): back door, adjustment, then front door."""
    if not graph.descendants(x) & y:
        return None  # no effect at all, which is for rule 3 to say
    return adjustment(graph, y, x) or front_door(graph, y, x)


def adjustment(graph: BitGraph, y: Mask, x: Mask) -> Named | None:
    """By a smallest adjustment set, called back door where Pearl's criterion holds."""
    search = Adjustment(graph, x, y)
    z = search.smallest()
    if z is None:
        return None
    words = [f"{{{', '.join(graph.listed(mask))}}}" for mask in (z, x, y)]
    if search.is_back_door(z):
        text = f"{words[0]} has no effect of {words[1]} in it, and blocks every back-door path to {words[2]}"
        return Named("back-door", search.formula(z), (Step("back-door criterion", text),))
    text = f"{words[0]} blocks all paths from {words[1]} to {words[2]} that are not causal, and none that is"
    return Named("adjustment", search.formula(z), (Step("adjustment criterion", text),))


def front_door(graph: BitGraph, y: Mask, x: Mask) -> Named | None:
    """By a front-door set: it meets all directed paths, X has no open back door to it, and X blocks its own.

    Pearl, Causality, 2009, definition 3.3.3 and theorem 3.3.4; which sets there are: Jeong, Tian and
    Bareinboim, Finding and Listing Front-door Adjustment Sets, arXiv 2210.05816.
    """
    z = _front(graph, y, x)
    if z is None:
        return None
    names, causes, outcomes = (graph.listed(mask) for mask in (z, x, y))
    primed = {name: f"{name}'" for name in causes}
    inner = marginal(
        primed.values(),
        substitute(product([Conditional(outcomes, (*causes, *names)), Conditional(causes)]), primed),
    )
    through, cause, outcome = (f"{{{', '.join(part)}}}" for part in (names, causes, outcomes))
    steps = (
        Step("front-door criterion", f"every directed path from {cause} to {outcome} meets {through}"),
        Step("front-door criterion", f"no path into {cause} from {through} is open"),
        Step("front-door criterion", f"{cause} blocks every path into {through} from {outcome}"),
    )
    return Named("front-door", marginal(names, product([Conditional(names, causes), inner])), steps)


def _front(graph: BitGraph, y: Mask, x: Mask) -> Mask | None:
    """A front-door set, from which parts have been left out while it stayed one.

    The members that the second and third condition allow make up one largest set: what has an open back door
    to Y has it too where fewer arrows are cut.
    """
    z = graph.all & ~(x | y) & ~graph.cut(out_of=x).reached(x, 0)
    while bad := z & graph.cut(out_of=z).reached(y, x):
        z &= ~bad
    if not _intercepts(graph, x, y, z):
        return None
    waiting = [list(bits(z))]
    while waiting:
        part = waiting.pop()
        less = z & ~sum(1 << i for i in part)
        if _intercepts(graph, x, y, less) and not less & graph.cut(out_of=less).reached(y, x):
            z = less
        elif len(part) > 1:
            waiting += [part[: len(part) // 2], part[len(part) // 2 :]]
    return z


def _intercepts(graph: BitGraph, x: Mask, y: Mask, z: Mask) -> bool:
    return not graph.descendants(x, stop=z) & ~z & y


def instruments(graph: BitGraph, y: Mask, x: Mask) -> Iterator[Instrument]:
    """Conditional instruments for one cause and one outcome.

    Z and W with: Z is connected with X given W, and separated from Y given W once the arrows out of X are
    cut; no member of W is an effect of X (Pearl, Causality, 2009, section 7.4.5; van der Zander, Textor and
    Liśkiewicz, Efficiently finding conditional instruments for causal inference, IJCAI 2015). What is next
    to X comes first.
    """
    if x.bit_count() != 1 or y.bit_count() != 1:
        return
    without = graph.cut(out_of=x)
    outside = graph.all & ~graph.descendants(x)
    next_to = graph.parents_of(x) | graph.spouses[x.bit_length() - 1]
    for i in (*bits(outside & next_to & ~y), *bits(outside & ~next_to & ~y)):
        z = 1 << i
        w = Separators(without, z, y, 0, outside & ~z).nearest()
        if w is not None and not graph.separated(z, x, w):
            (name,), (cause,), (outcome,) = map(graph.listed, (z, x, y))
            moves = _unconfounded(graph, z, x, y, w)
            yield Instrument(name, graph.listed(w), cause, outcome, moves)


def _unconfounded(graph: BitGraph, z: Mask, x: Mask, y: Mask, w: Mask) -> bool:
    """Whether Z acts on X, and is independent given W of how X responds to Z, and Y to X."""
    below = graph.descendants(z)
    return bool(below & x) and not below & w and graph.cut(out_of=z).separated(z, x | y, w)
