"""What a query asks about each value of, and what its estimand leaves open beside."""

from __future__ import annotations

from collections.abc import Iterator

from scmlang.estimation.sample import Sample
from scmlang.estimation.sources import Sources
from scmlang.exact.opening import open_variables
from scmlang.identify.estimand import At, Estimand, free, variable_of
from scmlang.semantics.quantities import Counterfactual, Event, Expectation, Probability, Quantity, parts


def indifferent(query: Quantity, estimand: Estimand, data: Sample | Sources) -> dict[str, At]:
    """The most frequent level for each free symbol that the query does not ask about.

    The value of an estimand does not depend on these, as on R in the napkin.
    """
    sources = Sources.of(data)
    listed = {v.variable for v in _listed(query)} | open_variables(query)
    found = {}
    for symbol in sorted(free(estimand)):
        name = variable_of(symbol)
        if name not in listed:
            found[symbol] = sources.most_frequent(name)
    return found


def _listed(node: Quantity | Event) -> Iterator[Counterfactual]:
    """The variables that stand for each of their values."""
    if isinstance(node, Probability | Expectation):
        events = (*node.events, *node.given) if isinstance(node, Probability) else node.given
        yield from (event for event in events if isinstance(event, Counterfactual))
        return
    for part in parts(node):
        yield from _listed(part)
