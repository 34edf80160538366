"""Realism: how the edited pictures are distributed, against new real ones of the same intervention.

Three numbers, all in the features of the judge (:meth:`~scmlang.evaluate.classifier.Judge.features`), which
has seen pictures of this world alone. So the first is a Fréchet distance and not the FID of the literature,
whose features are those of Inception-v3: it compares models of one world, not papers.
"""

from __future__ import annotations

import numpy as np

from scmlang.evaluate.metrics import QUANTILES, Estimate, Floats, bootstrap
from scmlang.evaluate.report import Realism

NEIGHBOURS = 3
RESAMPLES = 200


def realism(do: str, pictures: str, fake: Floats, real: Floats, again: Floats, seed: int) -> Realism:
    """The scores of some pictures.

    Args:
        do: the intervention under which all of them are.
        pictures: what they are called.
        fake: the features ``[n, d]`` of the pictures.
        real: of new real ones ``[m, d]``.
        again: of other real ones, for the distance that samples of one distribution have.
        seed: of the bootstrap.
    """
    precision, recall = precision_recall(fake, real)
    return Realism(
        do,
        pictures,
        frechet=_with_interval(fake, real, seed),
        floor=frechet_distance(again, real),
        precision=bootstrap(precision, seed),
        recall=bootstrap(recall, seed),
    )


def frechet_distance(a: Floats, b: Floats) -> float:
    """‖μ − ν‖² + tr(Σ + T − 2 (Σ T)^½) of the normal distributions fitted to two samples ``[n, d]``.

    D. C. Dowson, B. V. Landau, "The Fréchet distance between multivariate normal distributions", J. of
    Multivariate Analysis 12, 1982. The trace of the root is the sum of the roots of the eigenvalues of
    Σ^½ T Σ^½, which is symmetric.
    """
    first, second = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(min=0)).sum()
    apart = np.square(a.mean(0) - b.mean(0)).sum()
    return max(0.0, float(apart + np.trace(first) + np.trace(second) - 2 * cross))


def precision_recall(fake: Floats, real: Floats, neighbours: int = NEIGHBOURS) -> tuple[Floats, Floats]:
    """Whether each fake is within the real manifold ``[n]``, and each real within that of the fakes ``[m]``.

    The manifold of a sample is the union of the balls around its points that reach their k-th nearest
    neighbour in it (Kynkäänniemi et al., "Improved precision and recall metric for assessing generative
    models", arXiv:1904.06991, equations 1 and 2). The means are precision and recall.
    """
    between = _distances(fake, real)
    precision = (between <= _radii(real, neighbours)[None]).any(axis=1)
    recall = (_radii(fake, neighbours)[None] >= between.T).any(axis=1)
    return np.asarray(precision, np.float64), np.asarray(recall, np.float64)


def _radii(points: Floats, neighbours: int) -> Floats:
    """The squared distance of each point to its k-th nearest other one."""
    within = _distances(points, points)
    np.fill_diagonal(within, np.inf)
    k = min(neighbours, len(points) - 1)
    return np.asarray(np.partition(within, k - 1, axis=1)[:, k - 1])


def _distances(a: Floats, b: Floats) -> Floats:
    """Squared distances ``[n, m]``."""
    squares = np.square(a).sum(1)[:, None] + np.square(b).sum(1)[None]
    return np.asarray((squares - 2 * a @ b.T).clip(min=0))


def _with_interval(fake: Floats, real: Floats, seed: int) -> Estimate:
    """The distance with a basic bootstrap interval, [2θ − θ*₉₇.₅, 2θ − θ*₂.₅].

    The distance of a resample is too large by about as much as that of the sample, which reflecting about
    the sample's takes away (A. C. Davison, D. V. Hinkley, "Bootstrap methods and their application", 1997,
    section 5.2).
    """
    rng = np.random.default_rng(seed)
    n, m = len(fake), len(real)
    drawn = [
        frechet_distance(fake[rng.integers(n, size=n)], real[rng.integers(m, size=m)])
        for _ in range(RESAMPLES)
    ]
    found = frechet_distance(fake, real)
    low, high = 2 * found - np.quantile(drawn, QUANTILES[::-1])
    return Estimate(found, max(0.0, float(low)), max(0.0, float(high)), n)
