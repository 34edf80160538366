r"""How noise enters a ``~`` equation: probabilities, and the coupling of noise to values.

A counterfactual depends on how noise enters, so it is fixed here. Under the *monotone* coupling, the
default, a discrete draw is the inverse distribution function of one uniform :math:`u \in [0, 1)` over
the level order,

.. math:: f(pa, u) = k \iff F(k-1 \mid pa) \le u < F(k \mid pa),

except that a Bernoulli draw is level 1 exactly where :math:`u < p`. Under the *Gumbel* coupling it is

.. math:: f(pa, g) = \operatorname{argmax}_k \, (\log p_k(pa) + g_k)

with an independent standard Gumbel :math:`g_k` for each level, the Gumbel-max SCM of M. Oberst and
D. Sontag, Counterfactual Off-Policy Evaluation with Gumbel-Max Structural Causal Models
(arXiv:1905.05824). It does not depend on the order of the levels, and it is counterfactually stable: a
unit moves from level i to j only where the odds of j against i have risen. For two levels the couplings
agree, with u = σ(g_0 - g_1) where a Bernoulli draw has it.

A real uniform draw is :math:`a + u (b - a)`. A normal draw is location-scale, :math:`\mu + \sigma e`
with :math:`e` standard normal.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Array, Columns, Expression, evaluate
from scmlang.semantics.model import Assignment, Coupling, Draw, Table

NoiseKind = Literal["uniform", "normal", "gumbel"]
Floats = NDArray[np.float64]


def assign(equation: Assignment, domain: Domain, columns: Columns, n: int) -> Array:
    """The values of ``V := expression``: int64[n] over a finite domain, float64[n] over the reals."""
    values = evaluate(equation.expression, columns, n)
    if isinstance(domain, Finite):
        return np.rint(values).astype(np.int64)
    return values.astype(np.float64)


def noise_kind(equation: Draw | Table, domain: Domain) -> NoiseKind:
    """Which noise :func:`respond` takes.

    One number a unit, ``uniform`` on [0, 1) or standard ``normal``, or ``gumbel``, a standard Gumbel
    for each level of the domain.
    """
    if equation.coupling is Coupling.GUMBEL and isinstance(domain, Finite):
        return "gumbel"
    return "normal" if isinstance(equation, Draw) and equation.distribution == "normal" else "uniform"


def probabilities(equation: Draw | Table, domain: Finite, columns: Columns, n: int) -> Floats:
    """The conditional probabilities P(V = level k | parents) in each of ``n`` units.

    Args:
        equation: the draw, checked against ``domain``.
        domain: the domain of V.
        columns: the parents' values, each of length ``n``.
        n: the number of units.

    Returns:
        float64[n, domain.size] in level order; each row sums to 1.

    Raises:
        ValueError: for a distribution over the reals.
    """
    if isinstance(equation, Table):
        return _table(equation, columns, n)
    if equation.distribution == "bernoulli":
        p = _column(equation.arguments[0], columns, n)
        return np.stack([1 - p, p], axis=1)
    if equation.distribution == "uniform":
        return np.full((n, domain.size), 1 / domain.size)
    if equation.distribution == "categorical":
        weights = np.stack([_column(a, columns, n) for a in equation.arguments], axis=1)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))
    if equation.distribution == "binomial":
        return _binomial(equation, domain, columns, n)
    raise ValueError(f"{equation.distribution} has no levels")


def respond(equation: Draw | Table, domain: Domain, columns: Columns, noise: Floats) -> Array:
    """The structural equation of a draw: the value of V for parents and private noise.

    Args:
        equation: the draw, checked against ``domain``.
        domain: the domain of V.
        columns: the parents' values, each of the length of ``noise``.
        noise: of the kind that :func:`noise_kind` says: float64[n], or float64[n, levels] for ``gumbel``.

    Returns:
        values, int64[n] over a finite domain and float64[n] over the reals.
    """
    n = len(noise)
    if isinstance(domain, Finite):
        choose = _race if equation.coupling is Coupling.GUMBEL else _level
        return choose(equation, domain, columns, noise) + domain.offset
    if isinstance(equation, Table):
        raise ValueError("a table has finitely many levels")
    first, second = (_column(argument, columns, n) for argument in equation.arguments)
    if equation.distribution == "normal":
        return np.asarray(first + second * noise)
    return np.asarray(first + (second - first) * noise)


def _race(equation: Draw | Table, domain: Finite, columns: Columns, gumbels: Floats) -> NDArray[np.int64]:
    """The level of the highest log probability plus noise; one without any chance is never it."""
    with np.errstate(divide="ignore"):
        scores = np.log(probabilities(equation, domain, columns, len(gumbels))) + gumbels
    return np.asarray(np.argmax(scores, axis=1), dtype=np.int64)


def _level(equation: Draw | Table, domain: Finite, columns: Columns, u: Floats) -> NDArray[np.int64]:
    if isinstance(equation, Draw) and equation.distribution == "bernoulli":
        return (u < _column(equation.arguments[0], columns, len(u))).astype(np.int64)
    chances = probabilities(equation, domain, columns, len(u))
    # The last level with any chance takes what rounding leaves above the last sum.
    last = domain.size - 1 - np.argmax(chances[:, ::-1] > 0, axis=1)
    reached = np.sum(u[:, None] >= np.cumsum(chances, axis=1), axis=1)
    return np.asarray(np.minimum(reached, last), dtype=np.int64)


def _column(expression: Expression, columns: Columns, n: int) -> Floats:
    return evaluate(expression, columns, n).astype(np.float64)


def _table(table: Table, columns: Columns, n: int) -> Floats:
    if not table.parents:
        return np.tile(table.chances, (n, 1))
    first, last = min(table.rows), max(table.rows)
    index = [
        np.asarray(columns[parent], np.int64) - low
        for parent, low, high in zip(table.parents, first, last, strict=True)
        if low < high
    ]
    return np.asarray(table.chances[tuple(index)]) if index else np.tile(table.chances, (n, 1))


def _binomial(draw: Draw, domain: Finite, columns: Columns, n: int) -> Floats:
    """The binomial masses by their logarithms, C(m, k) p^k (1-p)^(m-k), zero beyond m trials."""
    trials = int(evaluate(draw.arguments[0], {}, 1)[0])
    p = _column(draw.arguments[1], columns, n)[:, None]
    k = np.arange(domain.size) + domain.offset
    inside = (k >= 0) & (k <= trials)
    successes = np.where(inside, k, 0)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    choices = log_factorial[trials] - log_factorial[successes] - log_factorial[trials - successes]
    mass = np.exp(choices + _times_log(successes, p) + _times_log(trials - successes, 1 - p))
    mass = np.where(inside, mass, 0.0)
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def _times_log(count: NDArray[np.int64], p: Floats) -> Floats:
    """``count * log(p)`` with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(count == 0, 0.0, count * np.log(p)))
