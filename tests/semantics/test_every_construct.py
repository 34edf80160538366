"""Every construct of the expression language and every distribution: parsed, checked and sampled.

What each operator means is compared with Python's own arithmetic, unit by unit, on the text that a person
would write.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from scmlang.compiler import Compilation
from scmlang.exact.noise import draw_noise
from scmlang.exact.sampling import simulate
from scmlang.semantics.draws import USAGE
from scmlang.semantics.expressions import FUNCTIONS, OPERATORS

HEAD = """
exogenous U ~ uniform(0..9)
exogenous W ~ uniform(-3..3)
exogenous E ~ normal(0, 1)
exogenous F ~ uniform(0.5, 2.5)
exogenous B ~ bernoulli(0.5)
exogenous K ~ categorical(0.25, 0.25, 0.5)
D: 0..9
N: -3..3
A, G: real
X: binary
C: {red, green, blue}
Z: bits(3)
V: real
D := U
N := W
A := E
G := F
X := B
C := K
Z ~ uniform()
let p = 0.1
let shifted = D + 1
"""
Unit = dict[str, float]
MEANINGS: list[tuple[str, Callable[[Unit], float]]] = [
    ("3", lambda u: 3),
    ("2.5", lambda u: 2.5),
    (".5e1", lambda u: 5),
    ("true", lambda u: 1),
    ("false", lambda u: 0),
    ("p * D", lambda u: 0.1 * u["D"]),
    ("shifted // 2", lambda u: (u["D"] + 1) // 2),
    ("D + N - A", lambda u: u["D"] + u["N"] - u["A"]),
    ("D * N", lambda u: u["D"] * u["N"]),
    ("D / (N + 4)", lambda u: u["D"] / (u["N"] + 4)),
    ("D // 3", lambda u: u["D"] // 3),
    ("N // 2", lambda u: u["N"] // 2),
    ("N % 2", lambda u: u["N"] % 2),
    ("A % G", lambda u: u["A"] % u["G"]),
    ("-N ** 2", lambda u: -(u["N"] ** 2)),
    ("2 ** N", lambda u: 2.0 ** u["N"]),
    ("2 ** 3 ** 2", lambda u: 512),
    ("+N - -N", lambda u: 2 * u["N"]),
    ("D == 3", lambda u: u["D"] == 3),
    ("D != 3", lambda u: u["D"] != 3),
    ("D < N", lambda u: u["D"] < u["N"]),
    ("A <= 0", lambda u: u["A"] <= 0),
    ("A > G", lambda u: u["A"] > u["G"]),
    ("D >= 5", lambda u: u["D"] >= 5),
    ("C == green", lambda u: u["C"] == 1),
    ("C >= green", lambda u: u["C"] >= 1),
    ("not X", lambda u: not u["X"]),
    ("X and D > 3", lambda u: u["X"] and u["D"] > 3),
    ("X or D > 3", lambda u: u["X"] or u["D"] > 3),
    ("X xor D > 3", lambda u: bool(u["X"]) != (u["D"] > 3)),
    ("not X or X and D > 3", lambda u: not u["X"] or (u["X"] and u["D"] > 3)),
    ("if X then D else -1", lambda u: u["D"] if u["X"] else -1),
    ("if X then 1 else if D > 4 then 2 else 3", lambda u: 1 if u["X"] else 2 if u["D"] > 4 else 3),
    ("[X, not X, D > 4]", lambda u: 4 * u["X"] + 2 * (1 - u["X"]) + (u["D"] > 4)),
    ("Z", lambda u: u["Z"]),
    ("Z[0]", lambda u: u["Z"] // 4),
    ("Z[2] + 2 * Z[1]", lambda u: u["Z"] % 2 + 2 * (u["Z"] // 2 % 2)),
    ("[X, D > 4][1]", lambda u: u["D"] > 4),
    ("min(D, N, 2)", lambda u: min(u["D"], u["N"], 2)),
    ("max(D, A)", lambda u: max(u["D"], u["A"])),
    ("abs(N)", lambda u: abs(u["N"])),
    ("sign(A)", lambda u: math.copysign(1, u["A"])),
    ("sign(N)", lambda u: (u["N"] > 0) - (u["N"] < 0)),
    ("clip(A, -1, 1)", lambda u: min(max(u["A"], -1), 1)),
    ("round(A)", lambda u: round(u["A"])),
    ("round(D / 2)", lambda u: round(u["D"] / 2)),
    ("floor(A)", lambda u: math.floor(u["A"])),
    ("ceil(A)", lambda u: math.ceil(u["A"])),
    ("exp(A)", lambda u: math.exp(u["A"])),
    ("log(G)", lambda u: math.log(u["G"])),
    ("sqrt(abs(A))", lambda u: math.sqrt(abs(u["A"]))),
    ("sin(A) + cos(A) * tanh(A)", lambda u: math.sin(u["A"]) + math.cos(u["A"]) * math.tanh(u["A"])),
    ("sigmoid(A)", lambda u: 1 / (1 + math.exp(-u["A"]))),
]
N = 200


def sampled(text: str, n: int = N) -> dict[str, np.ndarray]:
    model = Compilation.from_text(text, "test.scm").model
    return simulate(model, draw_noise(model, n, 3))


@pytest.mark.parametrize(("text", "meaning"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_an_expression_is_sampled_as_it_reads(text: str, meaning: Callable[[Unit], float]) -> None:
    # A real cause that is normal may be anything, so what needs a positive one is kept there by `max`.
    guarded = text.replace("log(G)", "log(max(G, 0.5))")
    values = sampled(f"{HEAD}V := {guarded}\n")
    units = [{name: column[i].item() for name, column in values.items()} for i in range(N)]
    np.testing.assert_allclose(values["V"], [float(meaning(u)) for u in units], rtol=1e-12, atol=1e-12)


def test_no_function_and_no_operator_is_left_out() -> None:
    texts = " ".join(text for text, _ in MEANINGS)
    written = {"neg": "-N", "if": "if X", "vector": "[X,", "index": "Z[0]"}
    for name in [*FUNCTIONS, *OPERATORS]:
        assert written.get(name, f"{name}(" if name in FUNCTIONS else name) in texts, name


DRAWS: dict[str, tuple[str, float, float]] = {
    "bernoulli(0.1 + 0.08 * D)": ("X", 0.46, 0.2484),
    "categorical(0.2, 0.3, 0.5)": ("C", 1.3, 0.61),
    "categorical([0.2, 0.3, 0.5])": ("C", 1.3, 0.61),
    "uniform(0..9)": ("D", 4.5, 8.25),
    "uniform(2..4)": ("D", 3.0, 2 / 3),
    "uniform()": ("Z", 3.5, 5.25),
    "uniform(-1, 2)": ("V", 0.5, 0.75),
    "uniform(A - 1, A + 1)": ("V", 0.0, 1 + 1 / 3),
    "binomial(9, 0.3)": ("D", 2.7, 1.89),
    "normal(1, 0.5)": ("V", 1.0, 0.25),
    "normal(A, exp(0.5))": ("V", 0.0, 1 + math.e),
    "table(B2) { (0): [0.2, 0.8]  (1): [0.6, 0.4] }": ("X", 0.6, 0.24),
}


@pytest.mark.parametrize("call", DRAWS)
def test_a_distribution_has_its_moments(call: str) -> None:
    """Mean and variance within five standard errors, the kurtosis bounded by what these draws have."""
    name, mean, variance = DRAWS[call]
    n = 40_000
    kept = "".join(
        line + "\n" for line in HEAD.splitlines() if not line.startswith((f"{name} :=", f"{name} ~"))
    )
    values = sampled(f"{kept}B2: binary\nB2 ~ bernoulli(0.5)\n{name} ~ {call}\n" + _rest(name), n)[name]
    assert abs(values.mean() - mean) < 5 * math.sqrt(variance / n)
    assert abs(values.var() - variance) < 5 * variance * math.sqrt(3 / n)


def _rest(name: str) -> str:
    return "" if name == "V" else "V := 0\n"


def test_every_distribution_is_there() -> None:
    written = {call.split("(")[0] for call in DRAWS}
    assert written == {*USAGE, "table"}
