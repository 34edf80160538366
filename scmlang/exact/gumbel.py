r"""The joint response of two worlds that share Gumbel noise, in closed form.

With :math:`E_k = e^{-G_k}` exponential of rate one, :math:`\operatorname{argmax}_k (\log p_k + G_k)` is
:math:`\operatorname{argmin}_k E_k / p_k`. Level i wins under p and level j under q where every other clock is
later than both winners allow,

.. math:: E_k \ge \max(p_k E_i / p_i,\; q_k E_j / q_j).

For i = j that has the probability :math:`1 / \sum_k \max(p_k / p_i, q_k / q_i)`. For i ≠ j, with
:math:`r = E_j / E_i` between :math:`p_j / p_i` and :math:`q_j / q_i`, integrating :math:`E_i` out leaves

.. math:: \int \Bigl(1 + r + \sum_{k \ne i, j} \max(p_k / p_i,\; r q_k / q_j)\Bigr)^{-2} dr,

whose integrand is :math:`(a + b r)^{-2}` between the points where a maximum changes sides; so the integral is
rational in p and q. The coupling is that of Oberst and Sontag, arXiv:1905.05824.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from scmlang.exact.numbers import Array, Numbers


def joint_response(p: Array, q: Array, numbers: Numbers) -> Array:
    """P(V = i under p, V = j under q) for each pair of rows: [m, k] and [n, k] to [m, n, k, k]."""
    m, k = p.shape
    n = len(q)
    found = numbers.zeros((m, n, k, k))
    for a in range(m):
        for b in range(n):
            for i in range(k):
                for j in range(k):
                    found[a, b, i, j] = _both(p[a].tolist(), q[b].tolist(), i, j)
    return np.asarray(found)


def _both(p: list[Any], q: list[Any], i: int, j: int) -> Any:
    zero = p[i] * 0
    if p[i] == 0 or q[j] == 0:
        return zero
    if i == j:
        return 1 / sum((max(pk / p[i], qk / q[i]) for pk, qk in zip(p, q, strict=True)), zero)
    low, high = p[j] / p[i], q[j] / q[i] if q[i] != 0 else None
    if high is not None and high <= low:
        return zero
    others = [(p[k] / p[i], q[k] / q[j]) for k in range(len(p)) if k not in (i, j)]
    turns = sorted({c / d for c, d in others if d != 0 and low < c / d and (high is None or c / d < high)})
    total = zero
    edges: list[Any] = [low, *turns, high]
    for left, right in pairwise(edges):
        middle = left + 1 if right is None else (left + right) / 2
        constant = 1 + sum((c for c, d in others if c >= d * middle), zero)
        slope = 1 + sum((d for c, d in others if c < d * middle), zero)
        upper = zero if right is None else 1 / (constant + slope * right)
        total += (1 / (constant + slope * left) - upper) / slope
    return total
