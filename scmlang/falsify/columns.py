"""The columns of a table that a diagram's variables are."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scmlang.data.problems import Problems
from scmlang.data.table import Table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.sample import Levels, Sample, read_sample
from scmlang.semantics.domains import Finite, Symbolic
from scmlang.semantics.model import CausalModel, Role

Codes = NDArray[np.int64]
Matrix = NDArray[np.float64]
MISSING = frozenset(("", "na", "n/a", "nan", "null"))  # in any case; a level of the domain is none of them
MOST_LEVELS = 10  # of integers in the column of a variable without a domain, before they are taken as numbers
FEWEST_ROWS = 10


@dataclass(frozen=True, eq=False)
class Column:
    """A variable's values; made by :meth:`categorical` and :meth:`numeric`.

    Attributes:
        name: the variable.
        codes: int64[n] with every number from 0 to ``levels - 1``, where the variable is categorical.
        levels: how many levels occur; 0 for numbers.
        numbers: float64[n], standardised, or 0 where they are constant; empty for levels.
    """

    name: str
    codes: Codes | None
    levels: int
    numbers: Matrix

    @classmethod
    def categorical(cls, name: str, codes: Codes) -> Column:
        """A column of levels, those that do not occur left out."""
        occurring, dense = np.unique(codes, return_inverse=True)
        return cls(name, dense.astype(np.int64), len(occurring), np.zeros(0))

    @classmethod
    def numeric(cls, name: str, values: Matrix) -> Column:
        """A column of numbers."""
        scale = float(np.abs(values).max(initial=0.0)) or 1.0
        centred = values / scale - (values / scale).mean()
        spread = centred.std()
        return cls(name, None, 0, centred / spread if spread > 1e-12 else np.zeros_like(centred))

    @property
    def rows(self) -> int:
        return len(self.numbers if self.codes is None else self.codes)

    @property
    def width(self) -> int:
        """The number of coordinates."""
        return 1 if self.codes is None else self.levels - 1

    @property
    def is_constant(self) -> bool:
        return self.levels < 2 if self.codes is not None else not self.numbers.any()

    @cached_property
    def coordinates(self) -> Matrix:
        """float64[n, width]: the numbers, or an indicator of each level but the first."""
        if self.codes is None:
            return self.numbers[:, None]
        return np.asarray((self.codes[:, None] == np.arange(1, self.levels)).astype(np.float64))


@dataclass(frozen=True, eq=False)
class Data:
    """The variables that are tested, how many rows they have, and what there is to say about them."""

    columns: Mapping[str, Column]
    rows: int
    warnings: tuple[Diagnostic, ...]


def tested_variables(model: CausalModel) -> tuple[str, ...]:
    """The observed variables that a table can hold: all but images."""
    return tuple(v.name for v in model.observed if not v.is_image)


def read_data(table: Table, model: CausalModel, *, drop_missing: bool = False) -> Data:
    """The columns of :func:`tested_variables`.

    A variable of a finite domain is categorical, a real one numeric. Without a domain it is numeric where
    every cell is a number and either one of them is no integer or more than :data:`MOST_LEVELS` differ.

    Args:
        table: a column for every such variable; others are warned of and left alone.
        model: a checked model.
        drop_missing: leave out rows in which one of these cells is missing (empty, ``NA``,
            ``N/A``, ``NaN``, ``null``).

    Raises:
        ScmError: E123 for missing columns; E124 to E126 for cells without a value of the domain, missing ones
            included unless they are dropped; E301 for fewer than :data:`FEWEST_ROWS` rows.
    """
    names = tested_variables(model)
    warnings = [*_unused(table, model, names)]
    missing = _missing(table, model, names)
    if missing and not drop_missing:
        _refuse(missing, table)
    if missing:
        table = _without(missing, table)
        warnings.append(_dropped(table, len(missing)))
    if len(table) < FEWEST_ROWS and all(name in table.columns for name in names):
        message = f"`{table.source.name}` has {len(table)} rows to test with, and a test needs {FEWEST_ROWS}"
        raise ScmError([Diagnostic("E301", message, helps=("collect more",))])
    sample = read_sample(table, model, names)
    columns = {name: _column(sample, name, model) for name in names}
    warnings += [
        _warning("W300", f"`{name}` has the same value in every row, so nothing about it is tested")
        for name, column in columns.items()
        if column.is_constant
    ]
    return Data(columns, len(table), tuple(warnings))


def _column(sample: Sample, name: str, model: CausalModel) -> Column:
    if name in sample.reals:
        return Column.numeric(name, sample.reals[name])
    levels = sample.levels[name]
    if isinstance(model.variables[name].domain, Symbolic) and _counts(levels):
        return Column.numeric(name, np.array(levels.numbers)[levels.codes])
    return Column.categorical(name, levels.codes)


def _counts(levels: Levels) -> bool:
    return bool(levels.numbers) and len(levels.labels) > MOST_LEVELS


def _missing(table: Table, model: CausalModel, names: Sequence[str]) -> dict[int, str]:
    """The rows with a missing cell, each with the first column that has one."""
    found: dict[int, str] = {}
    for name in names:
        domain = model.variables[name].domain
        levels = domain.levels if isinstance(domain, Finite) else ()
        cells = table.columns.get(name, ())
        texts = {t for t in set(cells) if t.strip().lower() in MISSING and t.strip() not in levels}
        if texts:
            for row, text in enumerate(cells):
                if text in texts:
                    found.setdefault(row, name)
    return dict(sorted(found.items()))


def _refuse(missing: Mapping[int, str], table: Table) -> None:
    problems = Problems()
    help = "`--drop-missing` leaves out the rows with missing cells"
    for row, name in missing.items():
        problems.add(table.problem("E124", f"`{name}` has no value here", row, name, (help,)))
    problems.raise_any()


def _without(rows: Container[int], table: Table) -> Table:
    left = [row for row in range(len(table)) if row not in rows]
    columns = {name: [cells[row] for row in left] for name, cells in table.columns.items()}
    return Table(table.source, table.header, columns, [table.lines[row] for row in left])


def _dropped(left: Table, count: int) -> Diagnostic:
    message = f"{count} of {len(left) + count} rows have a missing cell and are left out"
    helps = ("the tests stay valid where it depends on no variable of the diagram which cells are missing",)
    return _warning("W302", message, helps)


def _unused(table: Table, model: CausalModel, names: Sequence[str]) -> list[Diagnostic]:
    """W301 for the table's other columns and for the variables that it cannot hold."""
    found = []
    for column in table.header:
        variable = model.variables.get(column)
        if variable is None:
            found.append(_warning("W301", f"the column `{column}` is no variable of the model"))
        elif variable.role is not Role.OBSERVED:
            role = "exogenous" if variable.role is Role.EXOGENOUS else "latent"
            message = f"the column `{column}` is not used, since `{column}` is {role}"
            found.append(_warning("W301", message))
    images = [v.name for v in model.observed if v.name not in names]
    return found + [_warning("W301", f"nothing is tested about `{name}`, an image") for name in images]


def _warning(code: str, message: str, helps: tuple[str, ...] = ()) -> Diagnostic:
    return Diagnostic(code, message, helps=helps)
