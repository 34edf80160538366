"""Relative frequencies as the distributions of an estimand, in samples or in many resamples at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from math import prod

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.sample import Codes, Sample
from scmlang.estimation.sources import OBSERVED, Held, Sources, columns, show_held
from scmlang.identify.estimand import BATCH, At, Estimand, Table
from scmlang.limits import LIMITS

Counts = NDArray[np.float64]


class Frequencies:
    """(n(v) + a) / (n + a k) for each of the k configurations of all variables, and the sums of these.

    Args:
        sample: whose columns are of finitely many levels.
        names: the variables of the estimand.
        smoothing: a, the pseudo-count of each configuration of all ``names``; 0 for plain frequencies.
        held: those of ``names`` that an experimenter set. Rows are drawn again within each of their
            configurations, whose numbers of rows are no chance of nature.
    """

    exact = False

    def __init__(
        self, sample: Sample, names: Iterable[str], smoothing: float = 0.0, held: Held = OBSERVED
    ) -> None:
        self.sample = sample
        self.held = held
        self.names = tuple(sorted(set(names)))
        self.smoothing = smoothing
        self.sizes = {name: len(sample.column(name).labels) for name in self.names}
        self._configurations, self._counts = _configurations(sample, self.names)
        self._resamples: Counts | None = None
        self._known: dict[tuple[str, ...], Table] = {}

    def drawn(self, rng: np.random.Generator, resamples: int) -> Frequencies:
        """As many resamples of the rows."""
        drawn = np.zeros((resamples, len(self._counts)))
        for arm in self._arms():
            counts = self._counts[arm]
            drawn[:, arm] = rng.multinomial(int(counts.sum()), counts / counts.sum(), size=resamples)
        other = copy(self)
        other._resamples = drawn
        other._known = {}
        return other

    def _arms(self) -> list[Codes]:
        """The configurations of each value of what was held."""
        if not self.held:
            return [np.arange(len(self._counts))]
        codes = np.stack([self._configurations[name] for name in sorted(self.held)], axis=1)
        _, arm = np.unique(codes, axis=0, return_inverse=True)
        return [np.flatnonzero(arm.reshape(-1) == i) for i in range(int(arm.max()) + 1)]

    def values(self, variable: str) -> Sequence[float]:
        return self.sample.numbers(variable)

    def size(self, variable: str) -> int:
        return self.sizes[variable]

    def index(self, at: At) -> int:
        return self.sample.index(at)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        """The frequencies of the configurations of some variables, among all rows of every arm.

        Raises:
            ValueError: for a distribution under another experiment.
            ScmError: E337 for a table over ``LIMITS.exact_cells``.
        """
        if set(do) != self.held:
            raise ValueError(f"these are frequencies under {show_held(self.held)}")
        names = tuple(sorted((*variables, *do)))
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


class Empirical:
    """The frequencies of several samples, each for the distributions of its own experiment.

    Args:
        sources: with a column of finitely many levels for each variable of each factor.
        node: the estimand.
        smoothing: as of :class:`Frequencies`, in each of them.
    """

    exact = False

    def __init__(self, sources: Sources, node: Estimand, smoothing: float = 0.0) -> None:
        self.sources = sources
        self.parts = {
            held: Frequencies(sources.samples[held], names, smoothing, held)
            for held, names in columns(node).items()
            if held in sources.samples
        }

    def drawn(self, rng: np.random.Generator, resamples: int) -> Empirical:
        """As many resamples, every sample being drawn again by itself."""
        other = copy(self)
        other.parts = {held: part.drawn(rng, resamples) for held, part in self.parts.items()}
        return other

    @property
    def largest(self) -> int:
        """Cells of the largest table so far."""
        return max((part.largest for part in self.parts.values()), default=1)

    def values(self, variable: str) -> Sequence[float]:
        return self.sources.numbers(variable)

    def size(self, variable: str) -> int:
        return len(self.sources.column(variable).labels)

    def index(self, at: At) -> int:
        return self.sources.index(at)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        return self.parts[frozenset(do)].joint(variables, do)


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
