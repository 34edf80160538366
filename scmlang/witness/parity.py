"""Two models for a hedge of any size: bits, and sums modulo 2.

Each bidirected edge of the hedge is a fair coin, and each of its nodes is the sum of its coins and its
parents in the larger forest. In the second model the smaller forest heeds nothing outside of itself. In both
the sum of the roots counts every coin twice, so it is 0, and what is observed is uniform over all cases of
that. If the intervention cuts a node off, coins are counted once in the first model, so that the sum is as
likely 1; in the second it stays 0 (Shpitser and Pearl, Identification of Joint Interventional Distributions
in Recursive Semi-Markovian Causal Models, AAAI 2006, theorem 4). A coin at one node of the smaller forest
that is rarely 1 takes the sum away from 0 in some units, equally often in both, and so everything can happen.

The sum is carried to what is asked about along a forest of paths past the intervention, with rare errors.
Where it ends in conditions alone, one of these adds it to the end of a path that connects it with an outcome
given the others, such as keeps rule 2 of the do-calculus from turning the condition into an intervention
(Identification of Conditional Interventional Distributions, UAI 2006). A node has a bit for each part
that it plays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scmlang.diagram.diagram import Diagram
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import exchanged
from scmlang.pairs.question import Question
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Expectation, Probability
from scmlang.witness.connection import connection
from scmlang.witness.proof import Claim
from scmlang.witness.sums import RARE, Bit, Coin, Sums

Terms = dict[Bit, list[Bit | Coin]]
_WHY = "All cells of the data agree by the argument for sums modulo 2 (Shpitser and Pearl 2006, theorem 4)."


@dataclass(frozen=True)
class _Effect:
    """P(outcomes | do(held), given), each variable with its value."""

    outcomes: Mapping[str, int]
    held: Mapping[str, int]
    given: Mapping[str, int]


def parity(diagram: Diagram, hedge: Hedge, question: Question) -> Claim | None:
    """The two models for P(outcomes | do(...), conditions); None for a query of another form.

    Args:
        diagram: without latent nodes.
        hedge: that rules the query out, from observation.
        question: with a value, 0 or 1, for each variable.
    """
    asked = _asked(question)
    if asked is None:
        return None
    held, given = exchanged(diagram, asked.outcomes, asked.held, asked.given)
    rest = _carried(diagram, hedge, held, given, frozenset(asked.outcomes))
    if rest is None:
        return None
    zeros = {**asked.outcomes, **asked.held, **asked.given}
    models = [Sums(_together(_forest(hedge, heeding=heeding), rest), zeros) for heeding in (True, False)]
    part = {name for name, _ in models[0].terms} | zeros.keys()
    levels = {name: range(models[0].size(name)) for name in diagram.nodes if name in part}
    heed = "heeds" if len(hedge.inner) == 1 else "heed"
    texts = models[0].text(diagram), models[1].text(diagram)
    return Claim(texts, question, levels, (frozenset(),), f"what {', '.join(hedge.inner)} {heed}", _WHY)


def _asked(question: Question) -> _Effect | None:
    """The effect that is asked about; None for anything else than equations in one world."""
    term = question.quantity
    if isinstance(term, Expectation) and isinstance(term.of, Counterfactual):
        term = Probability((Event("=", term.of, Constant(1)),), term.given)
    if not isinstance(term, Probability):
        return None
    sides: list[dict[str, int]] = []
    worlds = set()
    for events in (term.events, term.given):
        sides.append({})
        for event in events:
            match event:
                case Event("=", Counterfactual(name, world), Constant(int(value))):
                    sides[-1][name] = value
                    worlds.add(world)
                case _:
                    return None
    outcomes, given = sides
    if len(worlds) != 1:
        return None
    held = {item.variable: item.value for item in worlds.pop()}
    values = {name: value for name, value in held.items() if isinstance(value, int)}
    names = [*outcomes, *given, *held]
    plain = len(set(names)) == len(term.events) + len(term.given) + len(values)
    return _Effect(outcomes, values, given) if plain else None


def _forest(hedge: Hedge, *, heeding: bool) -> Terms:
    """The bits of the hedge; in the first model the smaller forest heeds the larger."""
    found: Terms = {}
    for name in hedge.outer:
        among = hedge.inner if name in hedge.inner and not heeding else hedge.outer
        coins = [e for e in sorted(hedge.bidirected) if name in e and set(e) <= set(among)]
        parents = [a for a, b in sorted(hedge.directed) if b == name and a in among]
        found[name, "forest"] = [Coin(f"U_{a}_{b}", "1/2") for a, b in coins]
        found[name, "forest"] += [(parent, "forest") for parent in parents]
    found[hedge.roots[0], "forest"].append(Coin(f"E_{hedge.roots[0]}", RARE))
    return found


def _together(one: Terms, other: Terms) -> Terms:
    return {bit: [*one.get(bit, ()), *other.get(bit, ())] for bit in (*one, *other)}


def _carried(
    diagram: Diagram,
    hedge: Hedge,
    held: frozenset[str],
    given: frozenset[str],
    outcomes: frozenset[str],
) -> Terms | None:
    """The bits that carry the sum of the roots to the outcomes; None where nothing connects them."""
    graph = diagram.mutilate(held)
    following = _following(graph, outcomes, given)
    later = _following(graph, outcomes | given, frozenset())
    bits: Terms = {}
    ends: set[str] = set()
    for root in hedge.roots:
        node, way = root, following if root in following else later
        before: Bit = root, "forest"
        while node not in outcomes | given:
            if node not in way:
                return None
            after = way[node]
            seen = (after, "path") in bits
            bits.setdefault((after, "path"), []).append(before)
            if seen:
                node = after
                break
            before, node = (after, "path"), after
        ends.add(node)
    for (name, _), terms in bits.items():
        terms.append(Coin(f"N_{name}", RARE))
    if ends & outcomes or not given:
        return bits
    return _connected(graph, bits, held, given, outcomes, sorted(ends & given))


def _connected(
    graph: Diagram,
    bits: Terms,
    held: frozenset[str],
    given: frozenset[str],
    outcomes: frozenset[str],
    ends: Iterable[str],
) -> Terms | None:
    """With a path from a condition in which the sum ends to an outcome."""
    for end in ends:
        path = connection(graph, end, outcomes, held, given)
        if path is not None:
            own = (end, "path") if (end, "path") in bits else (end, "forest")
            return {**bits, own: [*bits.get(own, ()), *path.added], **path.bits}
    return None


def _following(graph: Diagram, ends: frozenset[str], around: frozenset[str]) -> dict[str, str]:
    """The next node on a shortest path to some ends, for each node on one that avoids others."""
    found: dict[str, str] = {}
    waiting = sorted(ends)
    for node in waiting:
        for parent in sorted(graph.parents(node) - ends - around - found.keys()):
            found[parent] = node
            waiting.append(parent)
    return found
