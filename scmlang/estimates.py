"""Estimates of typed queries: from text, a model and data to numbers with their uncertainty.

Needs a diagram in which the query is identifiable, and a column for every variable of the estimand.
Guarantees that an answer says by which formula and from how many rows it was had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scmlang.answers import Answer
from scmlang.compiler import Compilation, open_artefact
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.asked import indifferent
from scmlang.estimation.estimate import Method, Options, estimate
from scmlang.estimation.sample import sample_of
from scmlang.estimation.sources import OBSERVED, Held, Sources, read_sources, show_held
from scmlang.exact.opening import open_variables
from scmlang.identify.ask import read_experiment
from scmlang.identify.estimand import Estimand, show, substitute, variable_of, variables
from scmlang.semantics.quantities import Probability, Quantity, counterfactuals
from scmlang.semantics.queries import Edit, Intervention
from scmlang.semantics.queries import show as show_query
from scmlang.source import Source
from scmlang.views.cells import Cell, show_number
from scmlang.views.table import table_lines

if TYPE_CHECKING:
    from scmlang.data.table import Table
    from scmlang.estimation.result import Estimates
    from scmlang.identify.result import Identification
    from scmlang.train.runs import Run

__all__ = ["Estimate", "Method", "Options", "estimate_learned", "estimate_query", "open_table"]

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
    compilation: Compilation,
    text: str,
    table: Table | None,
    options: Options | None = None,
    experiments: Iterable[tuple[str, Table]] = (),
) -> Estimate:
    """The estimate of a query, or of the query of that name in the model, from tables.

    Args:
        compilation: of the model, whose diagram says what is identifiable.
        text: a quantity, such as ``P(Y=1 | do(X=1))`` or ``ATE(X, Y)``.
        table: independent rows of the observed distribution, a column for each variable of the estimand; None
            where experiments are enough.
        options: the estimator and its settings.
        experiments: ``do(Z)`` and independent rows of what was seen while Z was held at what its column says;
            a column for each variable of the factors that are under do(Z).

    Raises:
        ScmError: for mistakes in the query; E331 where it is not identifiable, E332 where that is not
            decided, E342 where no estimand says it, E338 for an edit or an intervention alone; E320, E322 and
            E341 for the experiments, E340 where a table is missing; E123 to E126 for a table; E333 to E337
            for what the data or the estimator cannot tell.
    """
    held = [(words, read_experiment(words, compilation.model), one) for words, one in experiments]
    tables = {} if table is None else {OBSERVED: table}
    for _, names, one in held:
        if names in tables:
            raise _twice(names, tables[names], one)
        tables[names] = one
    asked = _ask(compilation, text, [words for words, _, _ in held], observed=table is not None)
    sources = read_sources(tables, compilation.model, asked.estimand)
    found = _estimated(asked, compilation, sources, options or Options())
    unused = tuple(_unused(names) for names in tables if held and names not in sources.samples)
    return replace(found, notes=(*found.notes, *unused))


def _twice(held: Held, first: Table, second: Table) -> ScmError:
    names = f"`{first.source.name}` and `{second.source.name}`"
    message = f"{names} are two tables of the experiment {show_held(held)}"
    return ScmError([Diagnostic("E341", message, helps=("put their rows into one table",))])


def _unused(held: Held) -> str:
    what = f"the table of {show_held(held)} is" if held else "the observations are"
    return f"{what} not needed: no factor of the estimand is read from {'it' if held else 'them'}"


def estimate_learned(run: Run, text: str, rows: int, options: Options | None = None) -> Estimate:
    """The estimate of a query from rows that a trained model draws: what it has learned, by the estimand.

    Only its observational distribution is used, as if it were a table.

    Args:
        run: of the training.
        text: as in :func:`estimate_query`, about the labels.
        rows: how many are drawn.
        options: the estimator and its settings; the seed is that of the rows, too.

    Raises:
        ScmError: as :func:`estimate_query`, but for the table; and for what is wrong with the run.
    """
    import torch

    from scmlang.neural.columns import numpy_columns

    chosen = options or Options()
    artefact = open_artefact(run)
    compilation = Compilation(Source(run.record.model_source, run.record.model_text))
    asked = _ask(compilation, text)
    generator = torch.Generator().manual_seed(chosen.seed)
    with torch.no_grad():
        drawn = artefact.model.sample_labels(rows, {}, generator)
    columns = {n: c for n, c in numpy_columns(artefact.plan, drawn).items() if n in variables(asked.estimand)}
    sources = Sources.of(sample_of(columns, compilation.model))
    found = _estimated(asked, compilation, sources, chosen)
    note = (
        "the rows are drawn from the learned model; how far it is from the data, the interval does not tell"
    )
    return replace(found, notes=(*found.notes, note))


@dataclass(frozen=True)
class _Asked:
    query: Quantity
    found: Identification
    estimand: Estimand


def _ask(
    compilation: Compilation, text: str, experiments: Sequence[str] = (), *, observed: bool = True
) -> _Asked:
    """A query that is a number, with its estimand from these data, or from more where there is none."""
    query = compilation.query(text)
    if isinstance(query, Intervention | Edit):
        message = f"`{show_query(query, compilation.model.variables)}` asks for no number"
        helps = ("ask for a probability, a mean or an effect: `P(Y=1 | do(X=1))`, `ATE(X, Y)`",)
        raise ScmError([Diagnostic("E338", message, helps=helps)])
    found = compilation.identify(text, experiments, observed=observed)
    if not observed and found.estimand is None:  # then say what observation would do
        found = compilation.identify(text, experiments)
    return _Asked(query, found, _require(found))


def _estimated(asked: _Asked, compilation: Compilation, sources: Sources, options: Options) -> Estimate:
    fixed = indifferent(asked.query, asked.estimand, sources)
    numbers = estimate(substitute(asked.estimand, fixed), compilation.diagram, sources, options)
    notes = [f"any value of {s} gives the same; {at.value} is taken" for s, at in fixed.items()]
    return _answer(asked, sources, replace(numbers, notes=(*notes, *numbers.notes)), options.level)


def _require(found: Identification) -> Estimand:
    """The estimand, or a refusal that says why there is none."""
    if found.estimand is not None:
        return found.estimand
    if found.identifiable:
        message = f"no estimand says what `{found.query}` is, though it is identifiable"
        raise ScmError([Diagnostic("E342", message, helps=tuple(found.notes))])
    if found.identifiable is None:
        reasons = tuple(found.notes)
        message = f"whether `{found.query}` is identifiable has not been decided"
        raise ScmError([Diagnostic("E332", message, helps=reasons)])
    why = () if found.witness is None else (f"there is {found.witness}",)
    message = f"`{found.query}` is not identifiable: no data on the observed variables tell it"
    raise ScmError([Diagnostic("E331", message, helps=(*why, *found.notes))])


def _answer(asked: _Asked, sources: Sources, numbers: Estimates, level: float) -> Estimate:
    single = not numbers.symbols
    columns, rows = ((), ()) if single else _table(asked.query, sources, numbers)
    return Estimate(
        asked.found.query,
        "estimated",
        numbers.method,
        float(numbers.value) if single else None,
        columns,
        rows,
        standard_error=float(numbers.standard_error) if single else None,
        estimand=show(asked.estimand),
        identified=asked.found.method,
        interval=(float(numbers.lower), float(numbers.upper)) if single else None,
        level=level,
        notes=numbers.notes,
    )


def _table(
    query: Quantity, sources: Sources, numbers: Estimates
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """A row for each configuration of the free symbols: those that are held first, then as in the query."""
    held = open_variables(query)
    asked = [variable.variable for variable in counterfactuals(query)]
    places = {s: asked.index(variable_of(s)) for s in numbers.symbols if variable_of(s) in asked}
    order = sorted(numbers.symbols, key=lambda s: (variable_of(s) not in held, places.get(s, len(asked)), s))
    labels = [sources.column(variable_of(symbol)).labels for symbol in order]
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
