"""Published closed forms, as functions of the distribution of a random model."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.bounds.engine import Bounds
from tests.bounds.support import bounds_of, truth

SHARE = st.integers(1, 9)


def close(found: Bounds, low: float, high: float) -> None:
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert found.sharp


@st.composite
def confounded(draw: st.DrawFn, instrument: bool) -> str:
    """X and Y with a hidden cause of three states, and perhaps an instrument Z of X."""
    hidden = [draw(SHARE) for _ in range(3)]
    lines = [f"exogenous U ~ categorical({', '.join(f'{v}/{sum(hidden)}' for v in hidden)})"]
    lines += ["X, Y: binary"]
    weights = [draw(SHARE) for _ in range(12)]
    if instrument:
        lines += ["Z: binary", f"Z ~ bernoulli({draw(SHARE)}/10)"]
        lines.append(f"X ~ bernoulli({_by('Z', weights[:6])})")
    else:
        lines.append(f"X ~ bernoulli({_by('0', weights[:6])})")
    lines.append(f"Y ~ bernoulli({_by('X', weights[6:])})")
    return "\n".join(lines) + "\n"


def _by(cause: str, weights: list[int]) -> str:
    cases = [
        f"if U == {u} then {weights[u]}/10 + {cause} * ({weights[u + 3]} - {weights[u]})/10" for u in (0, 1)
    ]
    last = f"{weights[2]}/10 + {cause} * ({weights[5]} - {weights[2]})/10"
    return f"{cases[0]} else ({cases[1]} else {last})"


@given(confounded(instrument=True))
@settings(max_examples=12, deadline=None)
def test_balke_and_pearl_with_an_instrument(text: str) -> None:
    """Bounds on treatment effects from studies with imperfect compliance, JASA 1997, equation (8)."""
    p = {(y, x, z): truth(text, f"P(Y={y}, X={x} | Z={z})") for y, x, z in product((0, 1), (0, 1), (0, 1))}
    a = {f"{y}{x}.{z}": value for (y, x, z), value in p.items()}
    low = max(
        a["11.1"] + a["00.0"] - 1,
        a["11.0"] + a["00.1"] - 1,
        a["11.0"] - a["11.1"] - a["10.1"] - a["01.0"] - a["10.0"],
        a["11.1"] - a["11.0"] - a["10.0"] - a["01.1"] - a["10.1"],
        -a["01.1"] - a["10.1"],
        -a["01.0"] - a["10.0"],
        a["00.1"] - a["01.1"] - a["10.1"] - a["01.0"] - a["00.0"],
        a["00.0"] - a["01.0"] - a["10.0"] - a["01.1"] - a["00.1"],
    )
    high = min(
        1 - a["01.1"] - a["10.0"],
        1 - a["01.0"] - a["10.1"],
        -a["01.0"] + a["01.1"] + a["00.1"] + a["11.0"] + a["00.0"],
        -a["01.1"] + a["11.1"] + a["00.1"] + a["01.0"] + a["00.0"],
        a["11.1"] + a["00.1"],
        a["11.0"] + a["00.0"],
        -a["10.1"] + a["11.1"] + a["00.1"] + a["11.0"] + a["10.0"],
        -a["10.0"] + a["11.0"] + a["00.0"] + a["11.1"] + a["10.1"],
    )
    close(bounds_of(text, "ATE(X, Y)"), low, high)


@given(confounded(instrument=False))
@settings(max_examples=12, deadline=None)
def test_tian_and_pearl_with_and_without_an_experiment(text: str) -> None:
    """Probabilities of causation: bounds and identification, arXiv:1301.3898, theorems 2 to 5."""
    joint = {(x, y): truth(text, f"P(X={x}, Y={y})") for x, y in product((0, 1), (0, 1))}
    y1, y0 = truth(text, "P(Y=1 | do(X=1))"), truth(text, "P(Y=1 | do(X=0))")
    y = joint[0, 1] + joint[1, 1]
    close(bounds_of(text, "PNS(X, Y)"), 0, joint[1, 1] + joint[0, 0])
    close(bounds_of(text, "PN(X, Y)"), 0, 1)
    low = max(0, y1 - y0, y - y0, y1 - y)
    high = min(y1, 1 - y0, joint[1, 1] + joint[0, 0], y1 - y0 + joint[1, 0] + joint[0, 1])
    close(bounds_of(text, "PNS(X, Y)", [["X"]]), low, high)
    low, high = max(0, (y - y0) / joint[1, 1]), min(1, (1 - y0 - joint[0, 0]) / joint[1, 1])
    close(bounds_of(text, "PN(X, Y)", [["X"]]), low, high)
    low, high = max(0, (y1 - y) / joint[0, 0]), min(1, (y1 - joint[1, 1]) / joint[0, 0])
    close(bounds_of(text, "PS(X, Y)", [["X"]]), low, high)


@given(confounded(instrument=False))
@settings(max_examples=8, deadline=None)
def test_manskis_natural_bounds(text: str) -> None:
    """P(x, y) <= P(y | do(x)) <= P(x, y) + P(x') (Nonparametric bounds on treatment effects, 1990)."""
    joint, other = truth(text, "P(X=1, Y=1)"), truth(text, "P(X=0)")
    close(bounds_of(text, "P(Y=1 | do(X=1))"), joint, joint + other)


@given(SHARE, SHARE, SHARE)
@settings(max_examples=10, deadline=None)
def test_frechet_and_monotone_bounds(a: int, b: int, c: int) -> None:
    """Without confounding PNS has Frechet's bounds, and with a monotone mechanism it is the difference."""
    low, high = sorted((a, b))
    text = f"X, Y: binary\nX ~ bernoulli({c}/10)\nY ~ bernoulli(if X then {high}/10 else {low}/10)\n"
    p1, p0 = high / 10, low / 10
    close(bounds_of(text, "PNS(X, Y)"), max(0, p1 - p0), min(p1, 1 - p0))
    close(bounds_of(text, "PNS(X, Y)", monotone=[("X", "Y")]), p1 - p0, p1 - p0)
    close(bounds_of(text, "PN(X, Y)", monotone=[("X", "Y")]), (p1 - p0) / p1, (p1 - p0) / p1)
    joint = bounds_of(text, "P(Y[X=0]=1, Y[X=1]=1)")
    close(joint, max(0, p0 + p1 - 1), min(p0, p1))


def test_bar_mnist_is_bounded_as_the_design_says() -> None:
    text = "D: 0..9\nC: binary\nD ~ uniform(0..9)\nC ~ bernoulli(0.1 * (9.5 - D))\n"
    close(bounds_of(text, "P(C[D=8]=1 | C=1, D=0)"), 1 / 9.5, 1.5 / 9.5)
