"""The columns that an estimate is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scmlang.data.columns import parse_real
from scmlang.data.problems import Problems
from scmlang.data.table import Table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.identify.estimand import At
from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.model import CausalModel

Codes = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Levels:
    """A column of finitely many levels.

    Attributes:
        labels: the levels as a person types them.
        numbers: what each counts as in a mean; empty where they are names of unknown order.
        codes: int64[n], the index of each row's level.
    """

    labels: tuple[str, ...]
    numbers: tuple[float, ...]
    codes: Codes


@dataclass(frozen=True, eq=False)
class Sample:
    """Independent rows of some variables.

    Attributes:
        rows: how many.
        levels: the columns of finitely many levels.
        reals: float64[n], the others.
    """

    rows: int
    levels: Mapping[str, Levels]
    reals: Mapping[str, Reals]

    def index(self, at: At) -> int:
        """Which level of its variable a fixed value is.

        Raises:
            ScmError: E333 for a value that is no level; E334 for a variable of real numbers.
        """
        column = self.column(at.variable)
        if str(at.value) in column.labels:
            return column.labels.index(str(at.value))
        if isinstance(at.value, int | float) and at.value in column.numbers:
            return column.numbers.index(at.value)
        message = f"the data have no `{at.variable}={at.value}`"
        raise ScmError([Diagnostic("E333", message, helps=(f"there are {_some(column.labels)}",))])

    def at(self, variable: str, index: int) -> At:
        """A variable at one of its levels, the inverse of :meth:`index`."""
        label = self.column(variable).labels[index]
        return At(variable, int(label) if label.lstrip("-").isdecimal() else label)

    def column(self, variable: str) -> Levels:
        """The column of a variable of finitely many levels.

        Raises:
            ScmError: E334 for a variable of real numbers.
        """
        if variable in self.levels:
            return self.levels[variable]
        message = f"`{variable}` has real numbers, and relative frequencies are of levels"
        helps = (
            "ask for the doubly robust estimator, where the estimand has one: --method doubly-robust",
            f"or cut `{variable}` into levels",
        )
        raise ScmError([Diagnostic("E334", message, helps=helps)])

    def numbers(self, variable: str) -> Sequence[float]:
        """What the levels of a variable count as in a mean.

        Raises:
            ScmError: E334 where they are names of unknown order, and as :meth:`column`.
        """
        column = self.column(variable)
        if column.numbers:
            return column.numbers
        message = f"the levels of `{variable}` are names, and a mean is of numbers"
        helps = (f"ask for the probability of one of them: `P({variable}={column.labels[0]} | …)`",)
        raise ScmError([Diagnostic("E334", message, helps=helps)])


def read_sample(table: Table, model: CausalModel, names: Iterable[str]) -> Sample:
    """The columns of some variables.

    A variable without a domain has the levels that occur, or real numbers where its cells are numbers and
    some of them is no integer.

    Args:
        table: with a column for each name; others are left alone.
        model: says the domains.
        names: variables of the model.

    Raises:
        ScmError: E123 for missing columns; E124 to E126 for cells without a value of the domain; E336 where
            there are no rows.
    """
    problems = Problems()
    names = tuple(dict.fromkeys(names))
    missing = [name for name in names if name not in table.columns]
    for name in missing:
        message = f"`{table.source.name}` has no column `{name}`"
        has = f"the columns are {', '.join(table.header)}"
        problems.add(Diagnostic("E123", message, table.source, table.source.line_span(1), helps=(has,)))
    problems.raise_any()
    if not len(table):
        raise ScmError([Diagnostic("E336", f"`{table.source.name}` has no rows")])
    levels: dict[str, Levels] = {}
    reals: dict[str, Reals] = {}
    for name in names:
        column = _column(table, name, model.variables[name].domain, problems)
        if isinstance(column, Levels):
            levels[name] = column
        else:
            reals[name] = column
    problems.raise_any()
    return Sample(len(table), levels, reals)


def sample_of(columns: Mapping[str, NDArray[np.generic]], model: CausalModel) -> Sample:
    """Columns of numeric values, as models draw them."""
    levels: dict[str, Levels] = {}
    reals: dict[str, Reals] = {}
    for name, values in columns.items():
        domain = model.variables[name].domain
        if isinstance(domain, Finite):
            levels[name] = _finite(domain, values.astype(np.int64))
        else:
            reals[name] = values.astype(np.float64)
    return Sample(len(next(iter(columns.values()))), levels, reals)


def _finite(domain: Finite, values: Codes) -> Levels:
    numbers = tuple(float(domain.offset + i) for i in range(domain.size))
    return Levels(domain.levels, numbers, values - domain.offset)


def _column(table: Table, name: str, domain: Domain, problems: Problems) -> Levels | Reals:
    if isinstance(domain, Finite):
        return _finite(domain, table.values(name, domain, problems).astype(np.int64))
    texts = [text.strip() for text in table.columns[name]]
    numbers_or_none = {text: parse_real(text) for text in set(texts)}
    known = [number for number in numbers_or_none.values() if number is not None]
    real = len(known) == len(numbers_or_none) and not all(number.is_integer() for number in known)
    if real or isinstance(domain, Real):
        return table.values(name, Real(), problems).astype(np.float64)
    for row, text in enumerate(texts):
        if not text:
            problems.add(table.problem("E124", f"`{name}` has no value here", row, name))
    return _occurring(texts)


def _occurring(texts: Sequence[str]) -> Levels:
    """The levels that occur: in the order of numbers where they are numbers, else of the alphabet."""
    labels, numbers = _ordered(set(texts))
    place = {label: i for i, label in enumerate(labels)}
    return Levels(labels, numbers, np.array([place[text] for text in texts], np.int64))


def _ordered(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Labels in order, and their numbers where each is one."""
    known = {text: parse_real(text) for text in texts}
    labels = tuple(sorted(known, key=lambda text: (known[text] or 0.0, text)))
    numeric = all(number is not None for number in known.values())
    return labels, tuple(known[label] or 0.0 for label in labels) if numeric else ()


def aligned(samples: Sequence[Sample]) -> list[Sample]:
    """The same samples, with the levels of a variable being those that occur in any of them."""
    found: dict[str, set[str]] = {}
    for sample in samples:
        for name, column in sample.levels.items():
            found.setdefault(name, set()).update(column.labels)
    return [
        replace(sample, levels={name: _among(column, found[name]) for name, column in sample.levels.items()})
        for sample in samples
    ]


def _among(column: Levels, labels: set[str]) -> Levels:
    if labels == set(column.labels):
        return column
    ordered, numbers = _ordered(labels)
    places = np.array([ordered.index(label) for label in column.labels], np.int64)
    return Levels(ordered, numbers, places[column.codes])


def _some(labels: Sequence[str], most: int = 10) -> str:
    shown = ", ".join(labels[:most])
    return f"{shown}, …" if len(labels) > most else shown
