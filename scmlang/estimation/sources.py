"""The samples that an estimand is read from: observations, and experiments by what they held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scmlang.data.table import Table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.sample import Levels, Sample, aligned, read_sample
from scmlang.identify.estimand import At, Conditional, Estimand, Mean, leaves, show, variable_of, variables
from scmlang.semantics.model import CausalModel

Held = frozenset[str]
OBSERVED: Held = frozenset()


def show_held(held: Held) -> str:
    """``do(W, Z)``."""
    return f"do({', '.join(sorted(held))})"


def columns(node: Estimand) -> dict[Held, frozenset[str]]:
    """The variables whose distribution an estimand has, by what was held where it is seen.

    A variable that stands in a sum alone is looked for in the first of them, observation before experiments.
    """
    found: dict[Held, frozenset[str]] = {}
    for leaf in leaves(node):
        if isinstance(leaf, Conditional | Mean):
            held = frozenset(map(variable_of, leaf.do))
            found[held] = found.get(held, frozenset()) | variables(leaf)
    left = variables(node).difference(*found.values())
    first = min(found, key=sorted, default=OBSERVED)
    return found | {first: found.get(first, frozenset()) | left}


@dataclass(frozen=True, eq=False)
class Sources:
    """Independent samples, in which a variable of no domain has the same levels everywhere.

    Attributes:
        samples: by what was held; nothing, in observation.
        names: of the tables that they are from, for whom there are several.
    """

    samples: Mapping[Held, Sample]
    names: Mapping[Held, str] = field(default_factory=dict)

    @staticmethod
    def of(data: Sample | Sources) -> Sources:
        """A sample as observations."""
        return data if isinstance(data, Sources) else Sources({OBSERVED: data})

    def column(self, variable: str) -> Levels:
        """A column of a variable of finitely many levels, from the first sample that has it.

        Raises:
            ScmError: E334 for a variable of real numbers.
        """
        return self._first(variable).column(variable)

    def numbers(self, variable: str) -> Sequence[float]:
        """As :meth:`Sample.numbers`."""
        return self._first(variable).numbers(variable)

    def index(self, at: At) -> int:
        """As :meth:`Sample.index`."""
        return self._first(at.variable).index(at)

    def at(self, variable: str, index: int) -> At:
        """As :meth:`Sample.at`."""
        return self._first(variable).at(variable, index)

    def most_frequent(self, variable: str) -> At:
        """The level whose share of rows is largest, in the sample where it is smallest."""
        having = self._having(variable)
        size = len(self.column(variable).labels)
        shares = [np.bincount(s.column(variable).codes, minlength=size) / s.rows for s in having]
        return self.at(variable, int(np.min(shares, axis=0).argmax()))

    def _having(self, variable: str) -> list[Sample]:
        return [s for s in self.samples.values() if variable in s.levels or variable in s.reals]

    def _first(self, variable: str) -> Sample:
        return self._having(variable)[0]


def read_sources(tables: Mapping[Held, Table], model: CausalModel, node: Estimand) -> Sources:
    """The columns that an estimand needs of each table.

    Args:
        tables: by what was held; nothing, in observation.
        model: says the domains.
        node: the estimand.

    Raises:
        ScmError: E340 where a factor is of a distribution that no table is of; as
            :func:`scmlang.estimation.sample.read_sample` for each table.
    """
    needed = columns(node) if variables(node) else dict.fromkeys(list(tables)[:1], OBSERVED)
    missing = [held for held in needed if held not in tables]
    if missing:
        raise _without(missing[0], node)
    ordered = sorted(needed, key=sorted)
    read = aligned([read_sample(tables[held], model, sorted(needed[held])) for held in ordered])
    names = {held: tables[held].source.name for held in ordered}
    return Sources(dict(zip(ordered, read, strict=True)), names)


def _without(held: Held, node: Estimand) -> ScmError:
    if held:
        message = f"`{show(node)}` needs the experiment {show_held(held)}, of which there is no table"
        helps = (f'give it: --given-experiments "{show_held(held)}=table.csv"',)
    else:
        message = f"`{show(node)}` needs observations, and there are experiments alone"
        helps = ("give the table of observations: --data table.csv",)
    return ScmError([Diagnostic("E340", message, helps=helps)])
