"""The axes of an answer: which variables a term leaves open, and what a person calls them."""

from __future__ import annotations

from scmlang.exact.opening import open_variables
from scmlang.exact.refusals import not_finite
from scmlang.exact.result import Axis
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import (
    Counterfactual,
    Expectation,
    Probability,
    counterfactuals,
    show_counterfactual,
)

MOST_AXES = 30  # NumPy has few more


def listed_variables(term: Probability | Expectation) -> list[Counterfactual]:
    """The variables of a term that stand for each of their values, in the order of the table's axes."""
    events = (*term.events, *term.given) if isinstance(term, Probability) else term.given
    return [event for event in events if isinstance(event, Counterfactual)]


def labels(term: Probability | Expectation, model: CausalModel) -> tuple[str, ...]:
    """What a person calls these: by name alone where the whole term is in one world."""
    free = listed_variables(term)
    if len({variable.world for variable in counterfactuals(term)}) == 1:
        return tuple(variable.variable for variable in free)
    return tuple(show_counterfactual(variable, model.variables) for variable in free)


def open_axes(term: Probability | Expectation, model: CausalModel) -> list[Axis]:
    """An axis for each variable that some world of a term holds at any value.

    Raises:
        ScmError: E260 for a variable without levels.
    """
    names = sorted(open_variables(term), key=list(model.variables).index)
    return [axis(name, f"do({name})", model) for name in names]


def axis(variable: str, label: str, model: CausalModel) -> Axis:
    """The levels of a variable.

    Raises:
        ScmError: E260 where it has none.
    """
    domain = model.variables[variable].domain
    if not isinstance(domain, Finite):
        raise not_finite(model.variables[variable], model)
    return Axis(label, variable, tuple(range(domain.offset, domain.offset + domain.size)))
