"""What the rules of identification leave open, decided by two models.

Where parts of a query are not identifiable, a sum, a quotient or a power of them may be all the same. It is
not where two models of the diagram agree on all that is observed and differ in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from scmlang.diagram.diagram import Diagram
from scmlang.identify.result import Identification, Knowledge, Step, undecided
from scmlang.pairs.search import Pair, asked, graphs, pairs
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import Quantity

ATTEMPTS = 4
UNITS = 1 << 13
PAIRS = 50  # that are looked at, for one in which everything can happen


def settled(
    found: Identification,
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge | None = None,
) -> Identification:
    """The verdict, given where it was open and two models were found that refuse it.

    Args:
        found: what :func:`~scmlang.identify.query.identify_query` says of the quantity.
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``.
        variables: of the model.
        known: the data, and what is monotone in both models.

    Returns:
        ``found``, or the same with a refusal. In both models everything that is observed has a positive
        probability.
    """
    known = known or Knowledge()
    if found.identifiable is not None or not (found.witness or known.monotone):
        return found
    pair = _pair(diagram.latent_projection(), quantity, variables, known)
    if pair is None:
        return found
    first, second = pair.values
    monotone = ", with what is declared monotone," if pair.units.monotone else ""
    text = f"two models{monotone} agree on all data and give it {first} and {second}"
    notes = tuple(note for note in found.notes if not undecided(note))
    steps = (*found.steps, Step("two models", text))
    return replace(found, identifiable=False, notes=(*notes, text), steps=steps)


def _pair(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge,
) -> Pair | None:
    for graph in graphs(diagram, quantity, variables, known):
        for question in asked(quantity, variables, known):
            found = islice(pairs(graph, question, known, ATTEMPTS, UNITS), PAIRS)
            pair = next((pair for pair in found if pair.positive), None)
            if pair is not None:
                return pair
    return None
