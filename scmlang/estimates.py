"""Estimates of typed queries: from text, a model and a table to numbers with their uncertainty.

Needs a diagram in which the query is identifiable, and a column for every variable of the estimand.
Guarantees that an answer says by which formula and from how many rows it was had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scmlang.answers import Answer
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.estimate import Method, Options, estimate
from scmlang.estimation.sample import Sample, read_sample
from scmlang.exact.opening import open_variables
from scmlang.identify.estimand import At, Estimand, free, show, substitute, variable_of, variables
from scmlang.semantics.quantities import (
    Counterfactual,
    Event,
    Expectation,
    Probability,
    Quantity,
    counterfactuals,
    parts,
)
from scmlang.semantics.queries import Edit, Intervention
from scmlang.semantics.queries import show as show_query
from scmlang.views.cells import Cell, show_number
from scmlang.views.table import table_lines

if TYPE_CHECKING:
    from scmlang.data.table import Table
    from scmlang.estimation.result import Estimates
    from scmlang.identify.result import Identification

__all__ = ["Estimate", "Method", "Options", "estimate_query", "open_table"]

Columns = Mapping[str, Sequence[object]]
_ENDS = ("standard_error", "lower", "upper")


@dataclass(frozen=True, repr=False)
class Estimate(Answer):
    """What a query was estimated at.

    A table has the columns ``standard_error``, ``lower`` and ``upper`` behind that of its numbers.

    Attributes:
        identified: how the estimand was found: ``back-door``, ``ID`` …
        interval: of the number, where the answer is one.
        level: of the intervals.
        notes: what a reader should know, one sentence each.
    """

    identified: str = ""
    interval: tuple[float, float] | None = None
    level: float = 0.95
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The lines that ``scmlang estimate`` prints."""
        return "\n".join([*self._result(), f"estimand, by {self.identified}: {self.estimand}", *self._how()])

    __repr__ = __str__

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON's values, schema 1."""
        return super().to_json() | {
            "identified": self.identified,
            "interval": None if self.interval is None else list(self.interval),
            "level": self.level,
            "notes": list(self.notes),
        }

    def to_csv(self) -> str:
        """The table, or the one value with its uncertainty, under a line of headings."""
        if self.columns or self.interval is None:
            return super().to_csv()
        row = (self.value, self.standard_error, *self.interval)
        return f"value,{','.join(_ENDS)}\n{','.join(map(str, row))}\n"

    def _result(self) -> list[str]:
        if not self.columns and self.interval is not None:
            ends = ", ".join(map(show_number, self.interval))
            error = show_number(self.standard_error, 3)
            return [f"{self.query} = {show_number(self.value)} [{ends}], standard error {error}"]
        rows = [tuple(c if isinstance(c, str) else show_number(c) for c in row) for row in self.rows]
        return [self.query, *table_lines(self.columns, rows, self.columns[-len(_ENDS) - 1 :]), ""]

    def _how(self) -> list[str]:
        how = f"{self.status}, by {self.method}, {100 * self.level:.4g} % intervals"
        return [how, *(f"note: {note}" for note in self.notes)]


def open_table(data: str | Path | Columns) -> Table:
    """A CSV file, or columns of values by name, as a table.

    Raises:
        ScmError: E122 where it cannot be read, E124 where a row is too long or short.
    """
    from scmlang.data.table import read_table, table_of

    return read_table(Path(data)) if isinstance(data, str | Path) else table_of(data)


def estimate_query(
    compilation: Compilation, text: str, table: Table, options: Options | None = None
) -> Estimate:
    """The estimate of a query, or of the query of that name in the model, from a table.

    Args:
        compilation: of the model, whose diagram says what is identifiable.
        text: a quantity, such as ``P(Y=1 | do(X=1))`` or ``ATE(X, Y)``.
        table: independent rows of the observed distribution, a column for each variable of the estimand.
        options: the estimator and its settings.

    Raises:
        ScmError: for mistakes in the query; E331 where it is not identifiable, E332 where that is not
            decided, E338 for an edit or an intervention alone; E123 to E126 for the table; E333 to E337 for
            what the data or the estimator cannot tell.
    """
    chosen = options or Options()
    query = compilation.query(text)
    shown = show_query(query, compilation.model.variables)
    if isinstance(query, Intervention | Edit):
        message = f"`{shown}` asks for no number"
        helps = ("ask for a probability, a mean or an effect: `P(Y=1 | do(X=1))`, `ATE(X, Y)`",)
        raise ScmError([Diagnostic("E338", message, helps=helps)])
    found = compilation.identify(text)
    estimand = _require(found)
    sample = read_sample(table, compilation.model, sorted(variables(estimand)))
    fixed = _indifferent(query, estimand, sample)
    numbers = estimate(substitute(estimand, fixed), compilation.diagram, sample, chosen)
    notes = [f"any value of {s} gives the same; {at.value} is taken" for s, at in fixed.items()]
    numbers = replace(numbers, notes=(*notes, *numbers.notes))
    return _answer(query, found, estimand, sample, numbers, chosen.level)


def _indifferent(query: Quantity, estimand: Estimand, sample: Sample) -> dict[str, At]:
    """The most frequent level for each free symbol that the query does not ask about.

    The value of an estimand does not depend on these, as on R in the napkin.
    """
    listed = {v.variable for v in _listed(query)} | open_variables(query)
    found = {}
    for symbol in sorted(free(estimand)):
        name = variable_of(symbol)
        if name not in listed:
            column = sample.column(name)
            label = column.labels[int(np.bincount(column.codes).argmax())]
            found[symbol] = At(name, int(label) if label.lstrip("-").isdigit() else label)
    return found


def _listed(node: Quantity | Event) -> Iterator[Counterfactual]:
    """The variables that stand for each of their values."""
    if isinstance(node, Probability | Expectation):
        events = (*node.events, *node.given) if isinstance(node, Probability) else node.given
        yield from (event for event in events if isinstance(event, Counterfactual))
        return
    for part in parts(node):
        yield from _listed(part)


def _require(found: Identification) -> Estimand:
    """The estimand, or a refusal that says why there is none."""
    if found.estimand is not None:
        return found.estimand
    if found.identifiable is None:
        reasons = tuple(found.notes)
        message = f"whether `{found.query}` is identifiable has not been decided"
        raise ScmError([Diagnostic("E332", message, helps=reasons)])
    why = () if found.witness is None else (f"in the diagram is {found.witness}",)
    message = f"`{found.query}` is not identifiable: no data on the observed variables tell it"
    raise ScmError([Diagnostic("E331", message, helps=(*why, *found.notes))])


def _answer(
    query: Quantity,
    found: Identification,
    estimand: Estimand,
    sample: Sample,
    numbers: Estimates,
    level: float,
) -> Estimate:
    single = not numbers.symbols
    columns, rows = ((), ()) if single else _table(query, sample, numbers)
    return Estimate(
        found.query,
        "estimated",
        numbers.method,
        float(numbers.value) if single else None,
        columns,
        rows,
        standard_error=float(numbers.standard_error) if single else None,
        estimand=show(estimand),
        identified=found.method,
        interval=(float(numbers.lower), float(numbers.upper)) if single else None,
        level=level,
        notes=numbers.notes,
    )


def _table(
    query: Quantity, sample: Sample, numbers: Estimates
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """A row for each configuration of the free symbols: those that are held first, then as in the query."""
    held = open_variables(query)
    asked = [variable.variable for variable in counterfactuals(query)]
    places = {s: asked.index(variable_of(s)) for s in numbers.symbols if variable_of(s) in asked}
    order = sorted(numbers.symbols, key=lambda s: (variable_of(s) not in held, places.get(s, len(asked)), s))
    labels = [sample.column(variable_of(symbol)).labels for symbol in order]
    moved = [
        np.transpose(array, [numbers.symbols.index(symbol) for symbol in order])
        for array in (numbers.value, numbers.standard_error, numbers.lower, numbers.upper)
    ]
    headings = [f"do({s})" if variable_of(s) in held else s for s in order]
    last = "p" if isinstance(query, Probability) else "value"
    numbers_of = [_unlike(name, headings) for name in (last, *_ENDS)]
    rows = tuple(
        (*(names[i] for names, i in zip(labels, index, strict=True)), *(float(a[index]) for a in moved))
        for index in np.ndindex(moved[0].shape)
    )
    return (*headings, *numbers_of), rows


def _unlike(name: str, others: Sequence[str]) -> str:
    """A heading that no variable has."""
    while name in others:
        name += "_"
    return name
