"""The numbers of the paper and of the data with known truth, as fractions, asked as a person asks them.

The paper is Sardesai, "Ctf-Editing using a Diffusion NCM": the toy ASCM of its section 3, and Bar-MNIST.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from scmlang.answers import Answer, answer_exactly
from scmlang.compiler import Compilation

EXAMPLES = Path(__file__).parents[2] / "examples"
TOY = Compilation.from_file(EXAMPLES / "toy_ascm.scm").model
FRONTDOOR = Compilation.from_file(EXAMPLES / "bar_mnist" / "frontdoor_truth.scm").model
BACKDOOR = Compilation.from_file(EXAMPLES / "bar_mnist" / "backdoor_truth.scm").model


def exactly(text: str) -> Answer:
    return answer_exactly(TOY, text, exact=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("P(I=5)", Fraction(19, 100)),
        ("P(I=0)", Fraction(16, 100)),
        ("P(I=13)", Fraction(6, 100)),
        ("P(I[X=1]=14 | I=5)", Fraction(9, 19)),
        ("P(I[X=1]=5 | I=5)", Fraction(6, 19)),
        ("P(I[X=1]=6 | I=5)", Fraction(4, 19)),
        ("P(Y=1 | X=1)", Fraction(12, 25)),
        ("P(Y=1 | do(X=1))", Fraction(1, 2)),
        ("P(I[X=1]=14, I[X=0]=5)", Fraction(3, 20)),
    ],
)
def test_the_toy_ascm(text: str, value: Fraction) -> None:
    assert exactly(text).value == value
    assert answer_exactly(TOY, text).value == pytest.approx(float(value), abs=1e-12)


def test_three_exogenous_rows_survive_the_evidence() -> None:
    left = {row[:-1]: row[-1] for row in exactly("P(U_I, U_x, U_y, U_xy | I=5)").rows if row[-1]}
    assert left == {
        ("0", "1", "0", "1"): Fraction(9, 19),
        ("1", "0", "0", "1"): Fraction(6, 19),
        ("0", "0", "1", "0"): Fraction(4, 19),
    }


def test_the_edit_of_the_toy_image() -> None:
    edited = {row[0]: row[1] for row in exactly("I[X=1] | I=5").rows if row[1]}
    assert edited == {"14": Fraction(9, 19), "5": Fraction(6, 19), "6": Fraction(4, 19)}


def test_factual_beside_interventional() -> None:
    rows = {(name, level): pair for name, level, *pair in exactly("do(X=1)").rows}
    assert rows["X", "1"] == [Fraction(1, 2), 1]
    assert rows["Y", "1"] == [Fraction(1, 2), Fraction(1, 2)]
    assert rows["I", "5"] == [Fraction(19, 100), Fraction(1, 10)]
    assert rows["I", "14"] == [Fraction(6, 100), Fraction(15, 100)]


FRONTDOOR_FIGURES = [
    ("P(B=1 | D=0)", 0.2149),
    ("P(B=1 | do(D=0))", 0.5167),
    ("P(B=1 | C=1)", 0.4155),
    ("P(B=1 | do(C=1))", 0.5096),
    ("P(B[C=1]=1 | C=0, B=0)", 0.0743),
    ("P(B[C=1]=1 | C=0, B=1)", 0.8575),
]


@pytest.mark.parametrize(("text", "value"), FRONTDOOR_FIGURES)
def test_the_front_door_to_four_digits(text: str, value: float) -> None:
    for exact in (False, True):
        assert round(float(answer_exactly(FRONTDOOR, text, exact=exact).value or 0), 4) == value


def test_the_counterfactual_bar_by_hand() -> None:
    """Every unit of the front-door world, written out: C is red where its noise is .1 (9.5 - D) or more."""
    mass = {0: Fraction(0), 1: Fraction(0)}
    lit = dict(mass)
    for digit, n1, n2, n3 in product(range(10), (0, 1), (0, 1), (0, 1)):
        chances = [(n1, Fraction(9, 10)), (n2, Fraction(8, 10)), (n3, Fraction(7, 10))]
        weight = Fraction(1, 10) * (1 - Fraction(95 - 10 * digit, 100))
        for value, chance in chances:
            weight *= chance if value else 1 - chance
        hidden = (digit < 3) ^ n1
        red, green = ((hidden or colour ^ n2) and n3 for colour in (0, 1))
        mass[int(red)] += weight
        lit[int(red)] += weight * green
    for bar in (0, 1):
        found = answer_exactly(FRONTDOOR, f"P(B[C=1]=1 | C=0, B={bar})", exact=True)
        assert found.value == lit[bar] / mass[bar]


def test_the_counterfactual_colour_attains_its_upper_bound() -> None:
    """Fréchet's bounds on P(C_{D=8}=1 | C=1, D=0) from the two margins are [.105, .158]."""
    zero, eight = (answer_exactly(FRONTDOOR, f"P(C=1 | do(D={d}))", exact=True).value for d in (0, 8))
    assert isinstance(zero, Fraction)
    assert isinstance(eight, Fraction)
    assert [round(float(bound), 3) for bound in ((zero + eight - 1) / zero, eight / zero)] == [0.105, 0.158]
    found = answer_exactly(FRONTDOOR, "P(C[D=8]=1 | C=1, D=0)", exact=True)
    assert found.value == eight / zero == Fraction(3, 19)


@pytest.mark.parametrize(("colour", "chance"), [("red", 0.95), ("green", 0.55)])
def test_the_back_door(colour: str, chance: float) -> None:
    found = answer_exactly(BACKDOOR, f"P(B=present | do(C={colour}))")
    assert found.value == pytest.approx(0.75 * chance, abs=1e-12)
