"""Counterfactual identification of a query: means, probabilities, named effects and arithmetic of them.

Complete for the probabilities of equations, given others, nested subscripts among them; what else has a
verdict is said in :func:`identify_counterfactual`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals.conditional import (
    Constraint,
    Derivation,
    Impossible,
    Target,
    Tied,
    linear,
    over,
)
from scmlang.identify.counterfactuals.constraints import by_level, constraint, targets
from scmlang.identify.counterfactuals.factors import CFactor, c_factors
from scmlang.identify.counterfactuals.totals import by_totals
from scmlang.identify.counterfactuals.vocabulary import Unwritable, Vocabulary
from scmlang.identify.estimand import ONE, Estimand, product
from scmlang.identify.result import Identification, Step, Witness, listed
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Effect,
    Expectation,
    Negative,
    Probability,
    Quantity,
    counterfactuals,
    show_quantity,
)

Term = Probability | Expectation


def identify_counterfactual(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Iterable[Iterable[str]] = (),
) -> Identification:
    """Whether observation and experiments determine a quantity of any worlds, and by what formula.

    Args:
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``.
        variables: of the model, with their domains.
        experiments: sets of observed variables that were held, each at all of their values, while all others
            were observed; observation is always there.

    Returns:
        A verdict. One probability or mean, given equations, is decided both ways. An event of several cases,
        such as an inequality, and arithmetic are identifiable where their parts are; where several parts are
        not, these might still cancel, and the verdict is None.
    """
    found = _Query(diagram.latent_projection(), variables, experiments).quantity(quantity)
    return Identification(
        show_quantity(quantity, variables),
        found.verdict,
        _method(quantity),
        found.estimand if found.verdict else None,
        None if found.verdict else found.witness,
        found.steps,
        found.notes,
    )


@dataclass(frozen=True)
class _Found:
    verdict: bool | None
    estimand: Estimand | None = None
    witness: Witness | None = None
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


class _Query:
    def __init__(
        self, graph: Diagram, variables: Mapping[str, Variable], experiments: Iterable[Iterable[str]]
    ) -> None:
        self.graph = graph
        self.domains = {name: variable.domain for name, variable in variables.items()}
        self.q: CFactor = c_factors(graph, experiments)

    # --- arithmetic

    def quantity(self, node: Quantity) -> _Found:
        match node:
            case Constant(value) if not isinstance(value, str):
                return _Found(True, linear([(Fraction(str(value)), ONE)]))
            case Negative(operand):
                return self._sum([(Fraction(-1), operand)])
            case Arithmetic("+", left, right):
                return self._sum([(Fraction(1), left), (Fraction(1), right)])
            case Arithmetic("-", left, right):
                return self._sum([(Fraction(1), left), (Fraction(-1), right)])
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.quantity(left), self.quantity(right))
            case Effect(_, _, _, definition):
                return self.quantity(definition)
            case Probability() | Expectation():
                return self._term(node)
            case _:
                return _Found(None, notes=("a symbol is no number",))

    def _sum(self, parts: list[tuple[Fraction, Quantity]]) -> _Found:
        found = [self.quantity(part) for _, part in parts]
        return _joined(found, linear((w, f.estimand) for (w, _), f in zip(parts, found, strict=True)))

    def _arithmetic(self, operator: str, left: _Found, right: _Found) -> _Found:
        a, b = left.estimand, right.estimand
        whole: Estimand | None = None
        if operator == "*" and a is not None and b is not None:
            whole = product((a, b))
        elif operator == "/":
            whole = over(a, b)
        elif a is not None and b is not None:
            return _Found(None, notes=(f"an estimand has sums, products and quotients, and no `{operator}`",))
        return _joined([left, right], whole)

    # --- one probability or mean

    def _term(self, node: Term) -> _Found:
        hidden = _named(node) - self.graph.observed
        if hidden:
            return _Found(None, notes=(f"{listed(hidden)} is not observed",))
        words = Vocabulary(self.domains, _open(node))
        derivation = Derivation(self.graph, self.q, words)
        try:
            given = [constraint(event, words) for event in node.given]
            asked = _targets(node, words)
            return self._derived(derivation, asked, given)
        except Unwritable as reason:
            return _Found(None, notes=(str(reason),))
        except Impossible:
            return _Found(None, notes=("the evidence never happens, in any model of the diagram",))
        except Tied:
            note = "a variable that is asked for at each value has one value only: ask with values"
            return _Found(None, notes=(note,))

    def _derived(self, derivation: Derivation, asked: list[Target], given: list[Constraint]) -> _Found:
        writable = all(c.inside is not None for c in _constraints(asked, given))
        if writable:
            found = derivation.conditional(asked, given)
            if found is not None:
                return _Found(True, found, steps=tuple(derivation.steps))
        failed, steps = list(derivation.failed), tuple(derivation.steps)
        derivation.steps.clear()
        levels = [target for one in asked for target in by_level(one, derivation.words)]
        found = by_totals(derivation, levels, given)
        if found is not None:
            notes = (_FINITE,) if writable else ()
            return _Found(True, found, steps=tuple(derivation.steps), notes=notes)
        if failed and _one_case(asked, given):
            return _Found(False, witness=failed[0], steps=steps)
        witness = next(iter(failed or derivation.failed), None)
        return _Found(None, witness=witness, steps=steps, notes=(_CASES,))


_FINITE = "this uses that the variables have no more values than are declared"
_CASES = "single cases of the event are not identifiable, and whether their sum is has not been decided"
_PARTS = "several parts are not identifiable, and whether they cancel has not been decided"


def _joined(parts: list[_Found], whole: Estimand | None) -> _Found:
    """The verdict on a whole: that of its only part that is not identifiable, if there is one."""
    steps = tuple(step for part in parts for step in part.steps)
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    open_ = [part for part in parts if not part.verdict]
    if not open_:
        return _Found(True, whole, steps=steps, notes=notes)
    witness = next((part.witness for part in open_ if part.witness is not None), None)
    if len(open_) == 1:
        return _Found(open_[0].verdict, witness=witness, steps=steps, notes=notes)
    return _Found(None, witness=witness, steps=steps, notes=(*notes, _PARTS))


def _targets(node: Term, words: Vocabulary) -> list[Target]:
    if isinstance(node, Expectation):
        return targets(node.of, words)
    return [Target(Fraction(1), tuple(constraint(event, words) for event in node.events))]


def _constraints(asked: Iterable[Target], given: Iterable[Constraint]) -> Iterator[Constraint]:
    yield from given
    for target in asked:
        yield from target.events


def _one_case(asked: list[Target], given: list[Constraint]) -> bool:
    """Whether the term is one probability of equations, or one mean, so that nothing can cancel."""
    everything = _constraints(asked, given)
    return len(asked) == 1 and all(c.inside is not None and len(c.inside) == 1 for c in everything)


def _named(node: Term) -> set[str]:
    """Every variable that is spoken of, in subscripts too."""
    waiting = list(counterfactuals(node))
    found: set[str] = set()
    while waiting:
        one = waiting.pop()
        found |= {one.variable, *(held.variable for held in one.world)}
        waiting += [held.value for held in one.world if isinstance(held.value, Counterfactual)]
    return found


def _open(node: Term) -> set[str]:
    """The variables that some subscript holds at each value in turn."""
    waiting = list(counterfactuals(node))
    found: set[str] = set()
    while waiting:
        for held in waiting.pop().world:
            if held.value is None:
                found.add(held.variable)
            elif isinstance(held.value, Counterfactual):
                waiting.append(held.value)
    return found


def _method(quantity: Quantity) -> str:
    """ID* and IDC*, or their kin for nested counterfactuals."""
    terms = list(_terms(quantity))
    nested = any(
        isinstance(held.value, Counterfactual)
        for term in terms
        for variable in counterfactuals(term)
        for held in variable.world
    )
    given = any(term.given for term in terms)
    return ("ctf-ID" if nested else "ID") + ("C" if given else "") + ("" if nested else "*")


def _terms(node: Quantity) -> Iterator[Term]:
    match node:
        case Probability() | Expectation():
            yield node
        case Arithmetic(_, left, right):
            yield from _terms(left)
            yield from _terms(right)
        case Negative(operand):
            yield from _terms(operand)
        case Effect():
            yield from _terms(node.definition)
