"""Relative frequencies as the distributions of an estimand, in one sample or in many resamples at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from math import prod

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.sample import Codes, Sample
from scmlang.identify.estimand import BATCH, At, Table
from scmlang.limits import LIMITS

Counts = NDArray[np.float64]


class Frequencies:
    """(n(v) + a) / (n + a k) for each of the k configurations of all variables, and the sums of these.

    Args:
        sample: whose columns are of finitely many levels.
        names: the variables of the estimand.
        smoothing: a, the pseudo-count of each configuration of all ``names``; 0 for plain frequencies.
    """

    exact = False

    def __init__(self, sample: Sample, names: Iterable[str], smoothing: float = 0.0) -> None:
        self.sample = sample
        self.names = tuple(sorted(set(names)))
        self.smoothing = smoothing
        self.sizes = {name: len(sample.column(name).labels) for name in self.names}
        self._configurations, self._counts = _configurations(sample, self.names)
        self._resamples: Counts | None = None
        self._known: dict[tuple[str, ...], Table] = {}

    @property
    def counts(self) -> Counts:
        """How often each configuration that occurs does."""
        return self._counts

    def resampled(self, counts: Counts) -> Frequencies:
        """The same rows at other counts: float64[resamples, configurations]."""
        other = copy(self)
        other._resamples = counts
        other._known = {}
        return other

    def values(self, variable: str) -> Sequence[float]:
        return self.sample.numbers(variable)

    def size(self, variable: str) -> int:
        return self.sizes[variable]

    def index(self, at: At) -> int:
        return self.sample.index(at)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        """The frequencies of the configurations of some variables.

        Raises:
            ValueError: for a distribution under an experiment.
            ScmError: E337 for a table over ``LIMITS.exact_cells``.
        """
        if do:
            raise ValueError("these are observed frequencies, of no experiment")
        names = tuple(sorted(variables))
        if names not in self._known:
            self._known[names] = self._frequencies(names)
        return self._known[names]

    @property
    def largest(self) -> int:
        """Cells of the largest table so far, at least the configurations that occur."""
        return max([len(self._counts), *(table.array.size for table in self._known.values())])

    def _frequencies(self, names: tuple[str, ...]) -> Table:
        shape = tuple(self.sizes[name] for name in names)
        cells = prod(shape)
        if cells > LIMITS.exact_cells:
            message = f"the frequencies of {', '.join(names)} are {cells} numbers"
            helps = (f"at most {LIMITS.exact_cells} are counted; leave variables out or join levels",)
            raise ScmError([Diagnostic("E337", message, helps=helps)])
        places = np.zeros(len(self._counts), np.int64)
        for name in names:
            places = places * self.sizes[name] + self._configurations[name]
        counts = _added(self._counts if self._resamples is None else self._resamples, places, cells)
        everything = prod(map(float, self.sizes.values()))
        extra = self.smoothing * everything
        found = (counts + extra / cells) / (self.sample.rows + extra)
        batch = () if self._resamples is None else (BATCH,)
        return Table((*batch, *names), found.reshape(*found.shape[:-1], *shape))


def _configurations(sample: Sample, names: Sequence[str]) -> tuple[dict[str, Codes], Counts]:
    """The configurations that occur, as a column of codes for each variable, and how often each does."""
    if not names:
        return {}, np.array([float(sample.rows)])
    rows = np.stack([sample.column(name).codes for name in names], axis=1)
    unique, counts = np.unique(rows, axis=0, return_counts=True)
    return {name: unique[:, i] for i, name in enumerate(names)}, counts.astype(np.float64)


def _added(counts: Counts, places: Codes, cells: int) -> Counts:
    """The sums of counts[..., i] over the i of each place: float64[..., cells]."""
    order = np.argsort(places, kind="stable")
    occupied, starts = np.unique(places[order], return_index=True)
    found = np.zeros((*counts.shape[:-1], cells))
    found[..., occupied] = np.add.reduceat(counts[..., order], starts, axis=-1)
    return found
