"""``monotone X -> Y``: what it declares, and how equations are held to it."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics import ScmError
from scmlang.limits import limited
from scmlang.semantics.distributions import respond
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Draw, Table
from scmlang.semantics.monotone import Fall, falls
from tests.semantics.fakes import check_text, model_of

DRAWN = "A, B, C: 0..2\nlatent U: binary\nA -> B -> C; A -> C; U -> C\n"


@pytest.mark.parametrize(
    ("statement", "pairs"),
    [
        ("monotone A -> B", {("A", "B")}),
        ("monotone A -> B -> C", {("A", "B"), ("B", "C")}),
        ("monotone C <- B", {("B", "C")}),
        ("monotone {A, B, U} -> C", {("A", "C"), ("B", "C"), ("U", "C")}),
        ("monotone A -> {B, C}\nmonotone {B} -> C", {("A", "B"), ("A", "C"), ("B", "C")}),
        ("", set()),
    ],
)
def test_what_is_declared(statement: str, pairs: set[tuple[str, str]]) -> None:
    assert set(model_of(DRAWN + statement).monotone) == pairs


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("monotone A <-> B", ["E087"]),
        ("monotone A -> B <-> C", ["E087"]),
        ("monotone C -> A", ["E087"]),
        ("monotone A -> A", ["E087"]),
        ("monotone A -> B; monotone A -> B", ["E087"]),
        ("monotone A -> Q", ["E012"]),
        ("monotone Q -> Q", ["E012"]),
        ("R: real; A -> R; monotone A -> R; monotone A -> R", ["E088", "E088"]),
    ],
)
def test_what_cannot_be_declared(statement: str, codes: list[str]) -> None:
    with pytest.raises(ScmError) as caught:
        check_text(DRAWN + statement)
    assert [d.code for d in caught.value.diagnostics] == codes


def test_the_word_is_still_a_coupling() -> None:
    model = model_of(
        "X, Y: binary\nX ~ bernoulli(0.5)\nY ~ bernoulli(0.2 + 0.5 * X, coupling=monotone)\nmonotone X -> Y"
    )
    assert set(model.monotone) == {("X", "Y")}


# --- held against equations

TABLE = "X: 0..2\nZ: binary\nY: {{a, b, c}}\nY ~ table(Z, X, coupling={}) {{\n{}\n}}"


def drawn(coupling: str, weights: list[list[int]]) -> CausalModel:
    rows = [
        f"({z}, {x}): [{', '.join(f'{w}/{sum(row)}' for w in row)}]"
        for (z, x), row in zip(product(range(2), range(3)), weights, strict=True)
    ]
    return model_of(TABLE.format(coupling, "\n".join(rows)))


def noise(coupling: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """All noise that matters: two Gumbels at any distance and the third far below them."""
    if coupling == "monotone":
        return (np.arange(5000) + 0.5) / 5000
    apart = np.arange(-6, 6, 0.01)
    cases = []
    for far in range(3):
        one, other = [level for level in range(3) if level != far]
        gumbels = np.full((len(apart), 3), -1e6)
        gumbels[:, one], gumbels[:, other] = 0, apart
        cases.append(gumbels)
    return np.concatenate(cases)


def falls_somewhere(model: CausalModel, coupling: str) -> bool:
    """By responding to all of the noise at each value of X."""
    variable = model.variables["Y"]
    assert isinstance(variable.equation, Draw | Table)
    assert isinstance(variable.domain, Finite)
    units = noise(coupling)
    for z in range(2):
        values = [
            respond(variable.equation, variable.domain, {"X": np.full(n, x), "Z": np.full(n, z)}, units)
            for n in [len(units)]
            for x in range(3)
        ]
        if any((low > high).any() for low, high in pairwise(values)):
            return True
    return False


rows = st.lists(st.lists(st.integers(1, 3), min_size=3, max_size=3), min_size=3, max_size=3)


@pytest.mark.parametrize("coupling", ["monotone", "gumbel"])
@given(weights=rows, in_order=st.booleans())
def test_a_draw_is_monotone_where_no_noise_lets_it_fall(
    coupling: str, weights: list[list[int]], in_order: bool
) -> None:
    if in_order:  # else few are monotone
        weights = sorted(weights, key=lambda w: [-w[0] / sum(w), w[2] / sum(w)])
    model = drawn(coupling, [[1, 1, 1]] * 3 + weights)
    found = falls(model, "X", "Y")
    assert isinstance(found, Fall) == falls_somewhere(model, coupling)
    assert isinstance(found, Fall) or found is False
    if isinstance(found, Fall):
        assert found.others == "Z=1"


def test_a_level_without_any_chance_is_never_overtaken() -> None:
    weights = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    for coupling in ("monotone", "gumbel"):
        assert falls(drawn(coupling, [*weights, *weights]), "X", "Y") is False
        assert falls(drawn(coupling, [*weights, *weights[::-1]]), "X", "Y") == Fall("0", "1", "Z=1")


@pytest.mark.parametrize(
    ("equation", "found"),
    [
        ("Y := X or Z", False),
        ("Y := X xor Z", Fall("0", "1", "Z=1")),
        ("Y := X == 2 or X == 0 and Z == 1", Fall("0", "1", "Z=1")),
        ("exogenous U ~ bernoulli(0.5)\nY := X > 0 and not (X == 2 and U)", Fall("1", "2", "U=1")),
        ("exogenous U ~ normal(0, 1)\nY := X > U", False),
        ("exogenous U ~ normal(0, 1)\nY := X * X > U", None),
        ("Y ~ bernoulli(0.1 + 0.2 * X)", False),
        ("Y ~ bernoulli(0.5 + 0.2 * X * (1 - 2 * Z))", Fall("0", "1", "Z=1")),
        ("exogenous U ~ uniform(0, 1)\nY ~ bernoulli(U / (3 - X))", None),
    ],
)
def test_equations(equation: str, found: Fall | bool | None) -> None:
    x = "binary" if equation in ("Y := X or Z", "Y := X xor Z") else "0..2"
    model = model_of(f"X: {x}\nZ, Y: binary\n{equation}")
    assert falls(model, "X", "Y") == found


def test_what_is_too_much_work_is_not_decided() -> None:
    with limited(enumeration=2):
        model = model_of("X, Z, Y: binary\nY := X == 1 or Z != 0")
        assert falls(model, "X", "Y") is None
        assert falls(drawn("gumbel", [[1, 1, 1]] * 6), "X", "Y") is None


def test_a_mechanism_without_equation_is_not_verified() -> None:
    assert check_text("X, Y: binary; X -> Y; monotone X -> Y").warnings == ()
