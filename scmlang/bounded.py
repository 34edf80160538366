"""Bounds of typed queries: from text, a model and what is known to an :class:`~scmlang.answers.Answer`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from scmlang.answers import Answer
from scmlang.bounds.engine import Bounds, bound
from scmlang.bounds.generic import random_sources
from scmlang.bounds.opening import free, opened, with_values
from scmlang.bounds.problem import Problem, make_problem
from scmlang.bounds.responses import Monotone
from scmlang.bounds.sources import Sample, Source, from_model, from_table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.build import build_diagram
from scmlang.diagram.diagram import Diagram
from scmlang.diagram.monotone import monotone_arrows
from scmlang.identify.monotone import with_monotone
from scmlang.identify.query import identify_query
from scmlang.identify.result import Identification, Knowledge
from scmlang.pairs import settled
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Quantity, show_counterfactual, show_quantity, show_value
from scmlang.semantics.queries import Edit, Intervention, read_query
from scmlang.views.cells import Cell, show_number


@dataclass(frozen=True)
class Known:
    """Where the known distributions come from.

    Attributes:
        data: a CSV file of observations; without one, the model's own observational distribution.
        experiments: sets of variables that were held, each with the CSV file of the experiment or None for
            the model's own distribution under it.
        monotone: pairs (cause, effect): the effect never falls as the cause rises, all else alike. Those that
            the model declares are known too.
        within: how far each known probability may be off.
        bootstrap: how often the rows are drawn again, for the interval that sampling leaves.
        seed: of these draws.
    """

    data: Path | None = None
    experiments: tuple[tuple[tuple[str, ...], Path | None], ...] = ()
    monotone: tuple[tuple[str, str], ...] = ()
    within: float = 0.0
    bootstrap: int = 0
    seed: int = 0


def bounded(model: CausalModel, text: str, known: Known | None = None) -> Answer:
    """The bounds of a query, or of the query of that name in the model; a table where variables stay open.

    Raises:
        ScmError: for mistakes in the query; E350 where the data contradict the diagram, E351 to E355 for what
            has no bounds.
    """
    known = known or Known()
    query = read_query(text, model)
    if isinstance(query, Edit | Intervention):
        raise ScmError([Diagnostic("E354", f"`{text}` is an action, and bounds are of numbers")])
    problem = make_problem(model, query, [held for held, _ in known.experiments])
    if known.monotone:
        _require_monotone(model, build_diagram(model).latent_projection(), known.monotone)
    known = replace(known, monotone=_with_those_of(model, known.monotone))
    samples = _samples(model, problem, known)
    shown = show_quantity(query, model.variables)
    labels, cases = _cases(query, model)
    found = []
    for values, quantity in cases:
        sources = [s.source(problem) if isinstance(s, Sample) else s for s in samples]
        bounds = bound(
            problem, quantity, sources, monotone=_kept(problem, known.monotone), within=known.within
        )
        found.append((values, bounds, _spread(problem, quantity, samples, known)))
    return _answer(shown, labels, found)


def read_arrow(text: str) -> tuple[str, str]:
    """The ends of ``X -> Y``.

    Raises:
        ScmError: E355 for another text.
    """
    cause, arrow, effect = (part.strip() for part in text.partition("->"))
    if not (cause and arrow and effect):
        message = f"`{text}` is no arrow"
        raise ScmError([Diagnostic("E355", message, helps=('write `--monotone "X -> Y"`',))])
    return cause, effect


def _require_monotone(model: CausalModel, diagram: Diagram, monotone: Monotone) -> None:
    """That all arrows are of the diagram over the observed variables."""
    for cause, effect in monotone:
        unknown = next((name for name in (cause, effect) if name not in model.variables), None)
        if unknown is None and (cause, effect) in diagram.directed:
            continue
        why = f"there is no `{unknown}`" if unknown else "there is no such arrow"
        raise ScmError([Diagnostic("E355", f"`{cause} -> {effect}` cannot be monotone: {why}", model.source)])


def _with_those_of(model: CausalModel, monotone: Monotone) -> tuple[tuple[str, str], ...]:
    """These arrows, and those that the model declares monotone."""
    if not model.monotone:
        return tuple(monotone)
    return tuple(sorted({*monotone, *monotone_arrows(build_diagram(model), model.monotone)}))


def _kept(problem: Problem, monotone: Monotone) -> list[tuple[str, str]]:
    return [(x, y) for x, y in monotone if y in problem.model.variables]


def _samples(model: CausalModel, problem: Problem, known: Known) -> list[Source | Sample]:
    if known.data is None and not model.is_fully_specified:
        first = next(v for v in model.variables.values() if v.equation is None)
        message = f"`{first.name}` has no equation, so the model has no distribution of its own"
        helps = ("give the data: `--data table.csv`",)
        raise ScmError([Diagnostic("E352", message, model.source, first.span, helps=helps)])
    found: list[Source | Sample] = [
        from_model(model, problem) if known.data is None else from_table(known.data, problem)
    ]
    for held, path in known.experiments:
        if path is None and not model.is_fully_specified:
            message = f"the experiment do({', '.join(held)}) has no data"
            helps = (f'name them: `--given-experiments "do({", ".join(held)})=table.csv"`',)
            raise ScmError([Diagnostic("E352", message, helps=helps)])
        found.append(from_model(model, problem, held) if path is None else from_table(path, problem, held))
    return found


def _spread(
    problem: Problem, quantity: Quantity, samples: Sequence[Source | Sample], known: Known
) -> tuple[float, float] | None:
    """The 2.5 % point of the lower bounds of samples drawn again, and the 97.5 % point of the upper ones."""
    if not known.bootstrap:
        return None
    import numpy as np

    chance = np.random.default_rng(known.seed)
    lows, highs = [], []
    for _ in range(known.bootstrap):
        drawn = [
            s.source(problem, chance.integers(0, len(s.levels), len(s.levels)))
            if isinstance(s, Sample)
            else s
            for s in samples
        ]
        try:
            again = bound(
                problem, quantity, drawn, monotone=_kept(problem, known.monotone), within=known.within
            )
        except ScmError:  # this draw contradicts the diagram, or has none of the evidence
            continue
        lows.append(again.low)
        highs.append(again.high)
    if not lows:
        return None
    return float(np.quantile(lows, 0.025)), float(np.quantile(highs, 0.975))


# --- tables


def _cases(query: Quantity, model: CausalModel) -> tuple[tuple[str, ...], Iterator[tuple[Any, Quantity]]]:
    """The variables that are left open, and the query for each of their values."""
    variables = free(query)
    held_names = sorted(opened(query), key=list(model.variables).index)
    names = [*held_names, *(c.variable for c in variables)]
    labels = [f"do({name})" for name in held_names]
    for one in variables:
        alone = sum(other.variable == one.variable for other in variables) == 1
        labels.append(one.variable if alone else show_counterfactual(one, model.variables))
    domains = [_domain(model, name) for name in names]

    def cases() -> Iterator[tuple[Any, Quantity]]:
        for values in product(*(range(d.offset, d.offset + d.size) for d in domains)):
            held = dict(zip(held_names, values, strict=False))
            at = dict(zip(variables, values[len(held_names) :], strict=True))
            levels = tuple(show_value(d, v) for d, v in zip(domains, values, strict=True))
            yield levels, with_values(query, held, at)

    return tuple(labels), cases()


def _domain(model: CausalModel, name: str) -> Finite:
    domain = model.variables[name].domain
    if not isinstance(domain, Finite):
        raise TypeError(f"{name} is not finite, which the problem has refused")
    return domain


# --- answers


def _answer(shown: str, labels: tuple[str, ...], found: Sequence[tuple[Any, Bounds, Any]]) -> Answer:
    all_bounds = [bounds for _, bounds, _ in found]
    exact = all(bounds.is_point for bounds in all_bounds)
    status = "identified" if exact else "bounded"
    method = ", ".join(_method(all_bounds, found))
    if not labels:
        one = all_bounds[0]
        value = (one.low + one.high) / 2 if exact else None
        return Answer(shown, status, method, value, bounds=(one.low, one.high))
    rows: tuple[tuple[Cell, ...], ...] = tuple((*values, b.low, b.high) for values, b, _ in found)
    return Answer(shown, status, method, None, (*labels, "low", "high"), rows)


def _method(all_bounds: Sequence[Bounds], found: Sequence[tuple[Any, Bounds, Any]]) -> Iterator[str]:
    methods = list(dict.fromkeys(b.method for b in all_bounds))
    informative = [m for m in methods if m != "identified"]
    yield " and ".join(informative) if informative else "the data alone"
    gap = max(b.gap for b in all_bounds)
    if all(b.is_point for b in all_bounds):
        return
    if all(b.tight for b in all_bounds):
        yield "sharp"
    elif math.isfinite(gap) and gap > 0 and not all(b.gap <= 2e-6 for b in all_bounds):
        yield f"valid, at most {show_number(gap, 2)} too wide"
    else:
        yield "valid, perhaps not sharp"
    yield from dict.fromkeys(b.why for b in all_bounds if b.why and not b.is_point)
    spreads = [spread for _, _, spread in found if spread is not None]
    if spreads and len(found) == 1:
        low, high = spreads[0]
        yield f"95 % of samples [{show_number(low)}, {show_number(high)}]"


def settles(
    model: CausalModel,
    quantity: Quantity,
    experiments: Sequence[Sequence[str]] = (),
    monotone: Monotone = (),
    draws: int = 3,
    *,
    observed: bool = True,
) -> bool:
    """Whether the bounds of a quantity are a point for the domains that the model declares.

    Identification asks for every domain at once; a query may be identifiable for binary variables, or with
    monotone mechanisms, and not in general. This is found by numbers, for distributions of random models of
    the diagram, so it is no proof: where generic ones leave a point, all but a null set do.

    Args:
        model: its domains are finite; its equations do not matter.
        quantity: closed.
        experiments: sets of variables that were held.
        monotone: pairs (cause, effect), beside those that the model declares.
        draws: how many models are tried.
        observed: whether there is observation beside the experiments.
    """
    problem = make_problem(model, quantity, experiments)
    arrows = _kept(problem, _with_those_of(model, monotone))
    held = [(), *experiments] if observed else experiments
    for seed in range(draws):
        sources = random_sources(problem, held, arrows, seed)
        if not bound(problem, quantity, sources, monotone=arrows).is_point:
            return False
    return True


_MOST_CELLS = 256  # of the joint distribution, up to which random models are tried on the side


def with_declared(
    found: Identification,
    model: CausalModel,
    text: str,
    experiments: Sequence[Sequence[str]] = (),
    monotone: Monotone = (),
    *,
    observed: bool = True,
) -> Identification:
    """A verdict where some arrows are monotone, beside those that the model declares so.

    A query may be proved identifiable by them (:mod:`scmlang.identify.monotone`). Where it is not, a note
    says whether the bounds are a point all the same, for the declared levels. That is :func:`settles`, so it
    is tried and not proved, on small models.

    Raises:
        ScmError: E355 for a monotone arrow that the diagram over the observed variables does not have.
    """
    query = read_query(text, model)
    diagram = build_diagram(model).latent_projection()
    _require_monotone(model, diagram, monotone)
    if found.identifiable or isinstance(query, Edit | Intervention):
        return found
    if monotone:
        found = _by_monotonicity(found, model, diagram, query, experiments, monotone, observed=observed)
    if found.identifiable:
        return found
    return _with_note(found, model, query, experiments, monotone, observed=observed)


def _by_monotonicity(
    found: Identification,
    model: CausalModel,
    diagram: Diagram,
    query: Quantity,
    experiments: Sequence[Sequence[str]],
    monotone: Monotone,
    *,
    observed: bool,
) -> Identification:
    held = [frozenset(names) for names in experiments]
    arrows = _with_those_of(model, monotone)

    def decide(quantity: Quantity) -> Identification:
        return identify_query(diagram, quantity, model.variables, held, observed=observed)

    def settle(left: Identification, quantity: Quantity, known: Knowledge) -> Identification:
        return settled(left, diagram, quantity, model.variables, known)

    known = Knowledge(tuple(held), observed)
    return with_monotone(found, diagram, query, model.variables, arrows, decide, known, settle)


def _with_note(
    found: Identification,
    model: CausalModel,
    query: Quantity,
    experiments: Sequence[Sequence[str]],
    monotone: Monotone,
    *,
    observed: bool,
) -> Identification:
    try:
        problem = make_problem(model, query, experiments)
    except ScmError:  # not all of it is finite
        return found
    if math.prod(problem.shape) > _MOST_CELLS:
        return found
    try:
        _, cases = _cases(query, model)
        one = all(settles(model, quantity, experiments, monotone, observed=observed) for _, quantity in cases)
    except ScmError:  # more work than a note is worth
        return found
    if not one:
        return found
    given = " and the arrows that are monotone" if monotone or model.monotone else ""
    note = (
        f"for the levels that the file declares{given} the bounds are a point, in each random model of the "
        "diagram that was tried: `scmlang bound` gives the value"
    )
    return replace(found, notes=(*found.notes, note))
