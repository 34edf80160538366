"""One probability or mean of any worlds: an estimand, a witness, or that it has not been decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals.comparisons import ByIndicators, compared, divides
from scmlang.identify.counterfactuals.conditional import (
    Constraint,
    Derivation,
    Impossible,
    Target,
    Tied,
    are_listed,
)
from scmlang.identify.counterfactuals.constraints import UNLISTED, by_level, constraint, targets
from scmlang.identify.counterfactuals.factors import CFactor, c_factors
from scmlang.identify.counterfactuals.symbolic import by_symbols
from scmlang.identify.counterfactuals.totals import by_totals
from scmlang.identify.counterfactuals.vocabulary import Unwritable, Vocabulary
from scmlang.identify.estimand import Estimand, simplify
from scmlang.identify.result import CASES, Identification, Step, Witness, listed
from scmlang.identify.terms import mentioned
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Counterfactual,
    Expectation,
    Held,
    Probability,
    counterfactuals,
    show_quantity,
)

Term = Probability | Expectation
DECLARED = "it is identifiable because the variables have the declared numbers of values, not in general"
_NEVER = "what is given never happens, in any model of the diagram"
_ONE_VALUE = "a variable that is asked about at each of its values has one value only: ask with values"


def identify_counterfactual(
    diagram: Diagram,
    term: Term,
    variables: Mapping[str, Variable],
    experiments: Iterable[Iterable[str]] = (),
    *,
    observed: bool = True,
    formula: bool = True,
) -> Identification:
    """Whether observation and experiments determine a probability or mean, and by what formula.

    Args:
        diagram: latent nodes are projected out first.
        term: resolved against ``variables``.
        variables: of the model, with their domains.
        experiments: sets of observed variables that were held, each at all of their values, while all others
            were observed.
        observed: whether there is observation too, where nothing is held.
        formula: whether the estimand is simplified.

    Returns:
        A verdict. It is always given for equations of variables with values, or with each other, whatever
        their worlds, and for means of one variable. An event of several cases, such as an inequality, is
        identifiable where its cases are, or those of its opposite; otherwise the verdict may be None.
    """
    graph = diagram.latent_projection()
    words = Vocabulary({name: variable.domain for name, variable in variables.items()}, _opened(term))
    found = _decided(graph, term, words, c_factors(graph, experiments, observed=observed), formula=formula)
    estimand = words.tidied(found.estimand) if formula and found.estimand else found.estimand
    shown, method = show_quantity(term, variables), _method(term)
    return Identification(
        shown, found.verdict, method, estimand, found.witness, _told(found.steps), found.notes
    )


@dataclass(frozen=True)
class _Found:
    verdict: bool | None
    estimand: Estimand | None = None
    witness: Witness | None = None
    steps: Sequence[Step] = ()
    notes: tuple[str, ...] = ()


def _decided(graph: Diagram, term: Term, words: Vocabulary, q: CFactor, *, formula: bool) -> _Found:
    worlds = tuple(_worlds(term))
    hidden = {v.variable for v in worlds} | {h.variable for h in _held(worlds)}
    hidden -= graph.observed
    if hidden:
        return _Found(None, notes=(f"{listed(hidden)} is not observed",))
    try:
        given = [constraint(event, words) for event in term.given]
        asked = _targets(term, words)
        derivation = Derivation(graph, q, words, formula)
        asked = [
            replace(one, events=tuple(e for e in one.events if not derivation.is_certain(e, given)))
            for one in asked
        ]
        found = by_symbols(derivation.fresh(), asked, given)
        if found is not None:
            return _Found(True, found.estimand, steps=found.steps)
        derived = _derived(derivation, asked, given)
        simple = simplify(derived.estimand, graph) if formula and derived.estimand else derived.estimand
        return replace(derived, estimand=simple)
    except Unwritable as reason:
        return _by_indicators(Derivation(graph, q, words, formula), term, str(reason))
    except Impossible:
        return _Found(None, notes=(_NEVER,))
    except Tied:
        return _Found(None, notes=(_ONE_VALUE,))


def _by_indicators(derivation: Derivation, term: Term, reason: str) -> _Found:
    """Where cases cannot be listed, for a reason: the sum over values, of indicators of the events."""
    words = derivation.words
    try:
        given = compared(term.given, words)
        asked = compared(term.events if isinstance(term, Probability) else (), words)
        of = term.of if isinstance(term, Expectation) else None
        found = ByIndicators(derivation, derivation.explain).conditional(asked, given, of)
    except Unwritable as other:
        return _Found(None, notes=(str(other) if reason == UNLISTED else reason,))
    except Impossible:
        return _Found(None, notes=(_NEVER,))
    except Tied:
        return _Found(None, notes=(_ONE_VALUE,))
    if found is not None:
        return _Found(True, found, steps=derivation.steps)
    witness = derivation.failed[0]
    names = [name for node in counterfactuals(term) for name in mentioned(node)]
    if of is None and divides((*asked.comparisons, *given.comparisons), names, words):
        return _Found(False, witness=witness, steps=derivation.steps)
    return _Found(None, witness=witness, steps=derivation.steps, notes=(CASES,))


def _derived(derivation: Derivation, asked: list[Target], given: list[Constraint]) -> _Found:
    written = are_listed(asked, given)
    found = derivation.conditional(asked, given) if written else None
    if found is not None:
        return _Found(True, found, steps=derivation.steps)
    totals = derivation.fresh()
    levels = [target for one in asked for target in by_level(one, derivation.words)]
    found = by_totals(totals, levels, given)
    if found is not None:
        return _Found(True, found, steps=totals.steps, notes=(DECLARED,) if written else ())
    witness = next(iter((*derivation.failed, *totals.failed)), None)
    if any(rule(derivation.fresh(), asked, given) for rule in (_one_case, _one_opposite, _one_class)):
        return _Found(False, witness=witness, steps=derivation.steps)
    return _Found(None, witness=witness, steps=derivation.steps, notes=(CASES,))


def _one_case(derivation: Derivation, asked: Sequence[Target], given: Sequence[Constraint]) -> bool:
    """Whether it is one probability of equations, or one mean, so that nothing can cancel."""
    return len(asked) == 1 and all(c.single for c in (*given, *asked[0].events))


def _one_opposite(derivation: Derivation, asked: Sequence[Target], given: Sequence[Constraint]) -> bool:
    """Whether it is P(A | given) - P(A, B | given) for equations, one of both being identifiable alone."""
    several = [event for target in asked for event in target.events if not event.single]
    if len(asked) > 1 or len(several) != 1 or not all(c.single for c in given):
        return False
    (one,) = several
    if not one.opposite.single:
        return False
    rest = tuple(event for event in asked[0].events if event is not one)
    whole = derivation.conditional([Target(Fraction(1), rest)], given)
    part = derivation.conditional([Target(Fraction(1), (*rest, one.opposite))], given)
    return (whole is None) != (part is None)


def _one_class(derivation: Derivation, asked: Sequence[Target], given: Sequence[Constraint]) -> bool:
    """Whether each event of several cases is about one variable that has no value anywhere else.

    Then a model in which each such event is a single value becomes one of these by dividing values at random,
    which no other variable sees; so two models that prove one case unidentifiable prove it of the whole.
    """
    everything = (*given, *(event for target in asked for event in target.events))
    several = [event for event in everything if not event.single]
    nodes = [node for event in everything for node in event.nodes]
    names = [v.variable for node in nodes for v in _nested(node)]
    names += [
        h.variable for node in nodes for h in _held(_nested(node)) if not isinstance(h.value, Counterfactual)
    ]
    plain = all(len(e.nodes) == 1 and names.count(e.nodes[0].variable) == 1 for e in several)
    if len(asked) > 1 or not several or not plain or not all(e.inside for e in everything):
        return False
    events = tuple(event.first for event in asked[0].events)
    return derivation.conditional([Target(Fraction(1), events)], [one.first for one in given]) is None


def _targets(term: Term, words: Vocabulary) -> list[Target]:
    if isinstance(term, Expectation):
        return targets(term.of, words)
    return [Target(Fraction(1), tuple(constraint(event, words) for event in term.events))]


def _worlds(term: Term) -> Iterator[Counterfactual]:
    """Every counterfactual variable, those in subscripts included."""
    for node in counterfactuals(term):
        yield from _nested(node)


def _nested(node: Counterfactual) -> Iterator[Counterfactual]:
    """The variable, and those that its subscript takes values from."""
    yield node
    for held in node.world:
        if isinstance(held.value, Counterfactual):
            yield from _nested(held.value)


def _held(worlds: Iterable[Counterfactual]) -> Iterator[Held]:
    for one in worlds:
        yield from one.world


def _opened(term: Term) -> set[str]:
    """The variables that some subscript holds at each value in turn."""
    return {held.variable for held in _held(_worlds(term)) if held.value is None}


def _method(term: Term) -> str:
    """ID and IDC in one world, ID* and IDC* in several, and the names that they have for nested ones."""
    name = "IDC" if term.given else "ID"
    if any(isinstance(held.value, Counterfactual) for held in _held(_worlds(term))):
        return f"ctf-{name}"
    return name if len({node.world for node in counterfactuals(term)}) == 1 else f"{name}*"


def _told(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(steps))
