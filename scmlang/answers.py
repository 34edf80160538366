"""Exact answers to typed queries: from text and a model to numbers, and the numbers to text, CSV and JSON.

Needs a fully specified model with finitely many values. Guarantees that an answer says how it was had.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exact.engine import answer
from scmlang.exact.refusals import not_finite
from scmlang.exact.result import Axis
from scmlang.identify.standing import Question, Standing, found_standing
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.quantities import (
    Counterfactual,
    Held,
    Probability,
    Quantity,
    World,
    show_value,
)
from scmlang.semantics.queries import Edit, Intervention, Query, read_query, show
from scmlang.views.answer import chart, to_html, to_text
from scmlang.views.bars import Chart
from scmlang.views.cells import Cell

if TYPE_CHECKING:
    from scmlang.diagram.diagram import Diagram
    from scmlang.exact.numbers import Array, Number
    from scmlang.identify.result import Identification, Knowledge

SCHEMA = 1
METHOD = "variable elimination"


@dataclass(frozen=True, repr=False)
class Answer:
    """What a query was answered; ``float(answer)`` is its number, and it shows itself as a table.

    Attributes:
        query: the query as canonical text.
        status: how the answer was had: ``exact``, ``estimated`` from units that were drawn, or ``identified``
            where a diagram gives but a formula.
        method: by what means.
        value: the number, where the answer is one; None for a table.
        columns: the headings of the table: variables as typed, then ``p``, ``value``, or ``factual`` and
            ``interventional``; ``p_`` where a variable is called `p`. Estimates have standard errors beside.
        rows: the cells under them, levels as typed; None where the evidence of a row has probability 0, or
            was seen too rarely for an estimate.
        bounds: None, since an exact answer needs none.
        standard_error: of ``value``, where that was estimated.
        effective_sample_size: (Σ w)² / Σ w² of the units' weights, where units were drawn.
        units: how many were drawn.
        seed: what they were drawn with.
        estimand: the formula by which data determine the number, where there are no equations.
        question: what was asked of which model; None where :attr:`identification` is found otherwise.
    """

    query: str
    status: str
    method: str
    value: int | float | Fraction | None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    bounds: tuple[float, float] | None = None
    standard_error: float | None = None
    estimand: str | None = None
    effective_sample_size: float | None = None
    units: int | None = None
    seed: int | None = None
    question: Question | Standing | None = field(default=None, repr=False, compare=False)

    @cached_property
    def identification(self) -> Standing | None:
        """Whether P(V) and the diagram determine the answer, or it rests on the model's mechanisms.

        It is found when it is first asked for. None for bounds and estimates, which rest on data.
        """
        return self.question.standing() if isinstance(self.question, Question) else self.question

    @property
    def table(self) -> list[dict[str, Cell]]:
        """The table as records, for ``pandas.DataFrame(answer.table)`` and the like."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def __float__(self) -> float:
        """The number.

        Raises:
            TypeError: for a table, and where there is no number.
        """
        if self.value is None:
            raise TypeError(f"the answer to {self.query} is no single number; see its table")
        return float(self.value)

    def __str__(self) -> str:
        """The lines that ``scmlang query`` prints."""
        return to_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return to_html(self)

    def plot(self) -> Chart:
        """A bar for every number, with whiskers of 95 % where it was estimated; notebooks show it.

        ``answer.plot().svg`` is the picture's text. Under an intervention alone, ``do(X=1)``, the factual and
        the interventional probability of each level are side by side.

        Raises:
            ScmError: E290 where there is no number, E291 where there are too many.
        """
        return chart(self)

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON's values, schema 1; rational numbers are strings such as ``"4/19"``."""
        return {
            "schema": SCHEMA,
            "query": self.query,
            "status": self.status,
            "value": _plain(self.value),
            "table": [{name: _plain(cell) for name, cell in record.items()} for record in self.table],
            "bounds": self.bounds,
            "standard_error": self.standard_error,
            "method": self.method,
            "identification": None if self.identification is None else self.identification.to_json(),
            "estimand": self.estimand,
            "effective_sample_size": self.effective_sample_size,
            "units": self.units,
            "seed": self.seed,
        }

    def to_csv(self) -> str:
        """The table, or the one value or estimand, with a line of headings."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        columns, rows = self.columns, self.rows
        if not columns:
            columns, rows = ("value",), ((self.value,),)
            if self.estimand is not None:
                columns, rows = ("estimand",), ((self.estimand,),)
            elif self.standard_error is not None:
                columns, rows = ("value", "standard_error"), ((self.value, self.standard_error),)
        writer.writerow(columns)
        for row in rows:
            writer.writerow("" if cell is None else str(cell) for cell in row)
        return text.getvalue()


def question_of(model: CausalModel, query: Query) -> Question:
    """A question whose standing is decided by two models where the rules of identification leave it open."""
    return Question(model, query, _by_two_models)


def _by_two_models(
    found: Identification,
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge,
) -> Identification:
    from scmlang.pairs import settled

    return settled(found, diagram, quantity, variables, known)


def answer_exactly(model: CausalModel, text: str, *, exact: bool = False) -> Answer:
    """The answer to a query, or to the query of that name in the model.

    Where equations are missing, it is the formula by which data determine the answer.

    Args:
        model: fully specified, or what it leaves open is a quantity's estimand.
        text: a quantity, such as ``P(Y[X=1]=1 | X=0)``, or ``do(X=1)`` for the distribution of every observed
            variable, factual beside interventional.
        exact: rational numbers in the place of floats.

    Raises:
        ScmError: for mistakes in the query; E266 for an intervention alone and for fractions where the model
            leaves something open, E267 for the edit of an image, E260 to E265 for what has no exact answer,
            E292 for what the diagram does not determine.
    """
    query = read_query(text, model)
    shown = show(query, model.variables)
    if not model.is_fully_specified:
        if exact or isinstance(query, Intervention | Edit):
            raise _open(model)
        return _identified(model, query, shown)
    if isinstance(query, Edit):
        message = f"`{shown}` edits an image, which a trained model does"
        helps = (f'ask a run: `scmlang query "{shown}"`',)
        raise ScmError([Diagnostic("E267", message, helps=helps)])
    question = question_of(model, query)
    if isinstance(query, Intervention):
        rows = tuple(_beside(model, query, exact=exact))
        if not rows:
            raise not_finite(model.observed[0], model)
        beside = ("variable", "level", "factual", "interventional")
        return Answer(shown, "exact", METHOD + _left_out(model), None, beside, rows, question=question)
    result = answer(model, query, exact=exact)
    if not result.axes:
        return Answer(shown, "exact", METHOD, _number(result.value), question=question)
    cells = tuple(table_rows(result.axes, (result.array,), model))
    return Answer(shown, "exact", METHOD, None, headings(query, result.axes), cells, question=question)


def _left_out(model: CausalModel) -> str:
    names = [v.name for v in model.observed if not isinstance(v.domain, Finite)]
    return f", but for {', '.join(names)} (not finite)" if names else ""


def _open(model: CausalModel) -> ScmError:
    """E266: equations are missing."""
    missing = [v for v in model.variables.values() if v.equation is None]
    names = ", ".join(f"`{v.name}`" for v in missing[:5])
    message = f"{names} {'has' if len(missing) == 1 else 'have'} no equation, so nothing is exact"
    helps = ("give every variable an equation, or train the model and ask the run",)
    return ScmError([Diagnostic("E266", message, model.source, missing[0].span, helps=helps)])


def _identified(model: CausalModel, quantity: Quantity, shown: str) -> Answer:
    """The formula by which observation determines a quantity; E292 where it does not."""
    from scmlang.diagram.build import build_diagram
    from scmlang.identify.ask import judged
    from scmlang.identify.estimand import show as show_estimand

    found = judged(model, build_diagram(model), quantity)
    if found.identifiable and found.estimand is not None:
        formula = show_estimand(found.estimand)
        question = found_standing(found)
        return Answer(shown, "identified", found.method, None, estimand=formula, question=question)
    verdicts = {None: "is not known to be identifiable", False: "is not identifiable", True: "has no formula"}
    verdict = verdicts[found.identifiable]
    why = f": {found.witness}" if found.witness is not None else ""
    helps = (*found.notes, "give every variable an equation, and the answer is a number")
    raise ScmError([Diagnostic("E292", f"`{shown}` {verdict} from observation{why}", helps=helps)])


def headings(query: Quantity, axes: Sequence[Axis]) -> tuple[str, ...]:
    """The headings of a table: its variables, then that of its numbers."""
    labels = tuple(axis.label for axis in axes)
    last = "p" if isinstance(query, Probability) else "value"
    while last in labels:  # a variable may be called so too
        last += "_"
    return *labels, last


def table_rows(
    axes: Sequence[Axis], arrays: Sequence[Array], model: CausalModel
) -> Iterator[tuple[Cell, ...]]:
    """The levels of each configuration, as typed, and its cell in each array."""
    import numpy as np

    for index in np.ndindex(arrays[0].shape):
        levels = [
            show_value(model.variables[axis.variable].domain, axis.values[i])
            for axis, i in zip(axes, index, strict=True)
        ]
        yield (*levels, *(cell(array[index]) for array in arrays))


def world_of(query: Intervention, model: CausalModel) -> World:
    """What an intervention holds, in the order of declaration."""
    order = list(model.variables)
    held = (Held(name, value) for name, value in query.settings.items())
    return tuple(sorted(held, key=lambda item: order.index(item.variable)))


def _beside(model: CausalModel, query: Intervention, *, exact: bool) -> Iterator[tuple[Cell, ...]]:
    """Each level of each observed variable, with its probability without and with the intervention."""
    world = world_of(query, model)
    for variable in model.observed:
        if not isinstance(variable.domain, Finite):
            continue
        factual, other = (
            answer(model, Probability((Counterfactual(variable.name, w),)), exact=exact) for w in ((), world)
        )
        for i, level in enumerate(variable.domain.levels):
            yield variable.name, level, cell(factual.array[i]), cell(other.array[i])


def cell(value: Any) -> Cell:
    """A number of an array as a cell; None where it is undefined."""
    if value is None or isinstance(value, Fraction):
        return value
    number = float(value)
    return None if math.isnan(number) else number


def _number(value: Number) -> int | float | Fraction:
    return value if isinstance(value, Fraction | int) else float(value)


def _plain(cell: Cell) -> Any:
    return str(cell) if isinstance(cell, Fraction) else cell
