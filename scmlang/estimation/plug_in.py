"""Plug-in estimates: the estimand of the relative frequencies, with bootstrap percentile intervals.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. A resample of the rows is a
multinomial draw of the counts of their configurations, so all of a batch are evaluated at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.estimation.frequencies import Empirical
from scmlang.estimation.positivity import empty_strata, has_empty_strata
from scmlang.estimation.result import Estimates
from scmlang.estimation.sample import Sample
from scmlang.estimation.sources import OBSERVED, Sources, show_held
from scmlang.identify.estimand import BATCH, Estimand, evaluate, free, show

Array = NDArray[np.float64]
BATCH_CELLS = 1 << 21
MOST_CELLS = 1 << 33  # of all resamples together


def plug_in(
    node: Estimand,
    data: Sample | Sources,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    smoothing: float = 0.0,
) -> Estimates:
    """An estimand with relative frequencies in the place of its distributions.

    Args:
        node: of observed distributions, or of those that were seen in experiments.
        data: with a column of finitely many levels for each variable of each factor.
        resamples: of the bootstrap, at least 2.
        level: of the intervals, between 0 and 1.
        seed: of the resamples.
        smoothing: a pseudo-count that is added to every configuration of all of the variables.

    Raises:
        ScmError: E333 where strata are empty that the estimand needs, E334 for variables without levels, E337
            for too large a table.
    """
    frequencies = Empirical(Sources.of(data), node, smoothing)
    value = evaluate(node, frequencies).array.astype(np.float64)
    if np.isnan(value).any():
        raise _undefined(node, frequencies)
    _bounded(resamples, frequencies.largest)
    drawn = np.concatenate(list(_resampled(node, frequencies, resamples, seed)))
    fine = ~np.isnan(drawn.reshape(resamples, -1)).any(axis=1)
    if fine.sum() < 2:
        raise _not_positive(node, frequencies)
    lower, upper = np.quantile(drawn[fine], [(1 - level) / 2, (1 + level) / 2], axis=0)
    missing = int(resamples - fine.sum())
    notes = (f"{missing} of {resamples} resamples had an empty stratum and were left out",) if missing else ()
    method = f"plug-in frequencies of {_rows(frequencies)}, {resamples} bootstrap resamples"
    error = np.asarray(drawn[fine].std(axis=0, ddof=1))
    return Estimates(
        tuple(sorted(free(node))), value, error, np.asarray(lower), np.asarray(upper), method, notes
    )


def _resampled(node: Estimand, frequencies: Empirical, resamples: int, seed: int) -> Iterator[Array]:
    rng = np.random.default_rng(seed)
    batch = max(1, min(resamples, BATCH_CELLS // frequencies.largest))
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        table = evaluate(node, frequencies.drawn(rng, size))
        array = table.array if BATCH in table.symbols else table.array[None]
        yield np.broadcast_to(array, (size, *array.shape[1:])).astype(np.float64)


def _rows(frequencies: Empirical) -> str:
    """How many there are; of several samples, in each."""
    parts = {held: part.sample.rows for held, part in frequencies.parts.items()}
    if set(parts) <= {OBSERVED}:
        return f"{parts.get(OBSERVED, 0)} rows"
    ordered = sorted(parts.items(), key=lambda item: sorted(item[0]))
    return " and ".join(
        f"{rows} rows under {show_held(held)}" if held else f"{rows} observed rows" for held, rows in ordered
    )


def _bounded(resamples: int, largest: int) -> None:
    if resamples * largest > MOST_CELLS:
        message = f"{resamples} resamples of {largest} numbers are too many"
        helps = (
            f"ask for at most {max(2, MOST_CELLS // largest)}: --bootstrap",
            "or adjust for fewer variables",
        )
        raise ScmError([Diagnostic("E337", message, helps=helps)])


def _undefined(node: Estimand, frequencies: Empirical) -> ScmError:
    if has_empty_strata(node, frequencies):
        return _not_positive(node, frequencies)
    return ScmError([Diagnostic("E333", f"a denominator of `{show(node)}` is 0 in these data")])


def _not_positive(node: Estimand, frequencies: Empirical) -> ScmError:
    strata = empty_strata(node, frequencies)
    message = f"the data have no rows for a part of `{show(node)}`"
    where = f"there are none that tell {'; '.join(strata)}" if strata else "they are too few to be resampled"
    across = "regressions reach across strata, where the estimand has such a form: --method doubly-robust"
    helps = (
        where,
        *(() if any(frequencies.parts) else (across,)),
        "a small pseudo-count fills the gap by assumption: --smoothing 0.5",
    )
    return ScmError([Diagnostic("E333", message, helps=helps)])
