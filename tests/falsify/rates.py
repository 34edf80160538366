"""How often true independencies are rejected at 0.05: ``python -m tests.falsify.rates [COUNT]``."""

from __future__ import annotations

import sys

import numpy as np

from scmlang.falsify.columns import Column
from tests.falsify.test_continuous import Columns, bent, jointly_normal, mixed, number, p_values

ALPHA = 0.05


def three(rng: np.random.Generator, n: int = 300) -> Columns:
    """Three variables given, two of which act by their product."""
    z = rng.normal(size=(n, 3))
    both = z[:, 1] * z[:, 2] / 2
    x, y = np.sin(z[:, 0]) + both + rng.normal(size=n), z[:, 0] + both + rng.normal(size=n)
    return number("X", x), number("Y", y), [number(f"Z{i}", z[:, i]) for i in range(3)]


def skewed(rng: np.random.Generator, n: int = 50) -> Columns:
    """Nothing given, few rows, a level and a skewed number."""
    return Column.categorical("X", rng.integers(0, 2, n)), number("Y", rng.exponential(size=n)), []


def main(count: int) -> None:
    print(f"share of {count} tables of true independencies that are rejected at {ALPHA}")
    for make, words in (
        (bent, "GCM, 200 rows, one number given, curved"),
        (three, "GCM, 300 rows, three numbers given, curved"),
        (mixed, "GCM, 200 rows, a number and a level given"),
        (skewed, "GCM, 50 rows, nothing given"),
    ):
        print(f"{(p_values(make, count) <= ALPHA).mean():.3f}  {words}")
    linear = p_values(jointly_normal, count, linear=True)
    print(f"{(linear <= ALPHA).mean():.3f}  partial correlation, 60 rows, two numbers given, normal")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
