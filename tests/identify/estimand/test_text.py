"""What is written is read back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from scmlang.diagnostics.base import ScmError
from scmlang.identify.estimand import (
    ASCII,
    LATEX,
    At,
    Conditional,
    Estimand,
    Linear,
    Marginal,
    Mean,
    Product,
    Quotient,
    Value,
    free,
    parse,
    same,
    show,
    substitute,
)
from tests.identify.estimand.support import estimands

FRONT_DOOR = Marginal(
    ("Z",),
    Product(
        (
            Conditional(("Z",), ("X",)),
            Marginal(("X",), Product((Conditional(("Y",), ("X", "Z")), Conditional(("X",))))),
        )
    ),
)


def test_the_front_door_in_every_notation() -> None:
    assert show(FRONT_DOOR) == "Σ_{Z} P(Z | X) Σ_{X'} P(Y | X', Z) P(X')"
    assert show(FRONT_DOOR, ASCII) == "sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')"
    assert show(FRONT_DOOR, LATEX) == r"\sum_{Z} P(Z \mid X) \sum_{X'} P(Y \mid X', Z) P(X')"


@pytest.mark.parametrize(
    ("node", "text", "latex"),
    [
        (Conditional((At("Y", 1),), (At("X", "green"),)), "P(Y=1 | X=green)", None),
        (Conditional(("Y",), ("X",), ("Z'",)), "P(Y | do(Z'), X)", None),
        (Conditional((At("Y", 2.5, ">"),), ("X",)), "P(Y > 2.5 | X)", r"P(Y > 2.5 \mid X)"),
        (Conditional((At("Y", -2, "<="), "W")), "P(Y ≤ -2, W)", r"P(Y \le -2, W)"),
        (Conditional((At("Y", "green", "!="),)), "P(Y ≠ green)", None),
        (Conditional(("Y",), (), ("Z",)), "P(Y | do(Z))", r"P(Y \mid \operatorname{do}(Z))"),
        (Mean("Y", (At("X", -1),)), "E(Y | X=-1)", None),
        (Marginal(("Y",), Product((Value("Y"), Conditional(("Y",))))), "Σ_{Y} Y P(Y)", None),
        (
            Quotient(Conditional(("X", "Y")), Conditional(("X",))),
            "[P(X, Y)] / [P(X)]",
            r"\frac{P(X, Y)}{P(X)}",
        ),
        (Linear(((Fraction(1), Mean("Y")), (Fraction(-1, 2), Mean("X")))), "E(Y) - 1/2 E(X)", None),
        (Linear(()), "0", None),
        (Product(()), "1", None),
        (Conditional(("Lung_Cancer",)), "P(Lung_Cancer)", r"P(\mathit{Lung\_Cancer})"),
    ],
)
def test_pieces(node: Estimand, text: str, latex: str | None) -> None:
    assert show(node) == text
    assert latex is None or show(node, LATEX) == latex
    assert same(parse(text), node)


@settings(max_examples=150, deadline=None)
@given(estimands)
def test_what_is_written_is_read_back(node: Estimand) -> None:
    for text in (show(node), show(node, ASCII)):
        assert same(parse(text), node)
        assert free(parse(text)) == free(node)


def test_other_ways_to_write_the_same() -> None:
    assert parse("P_{Z}(Y | X)") == Conditional(("Y",), ("X",), ("Z",))
    assert parse("P(Y|X,do(Z))") == Conditional(("Y",), ("X",), ("Z",))
    assert parse("2 * P(X) · P(Y)") == Linear(
        ((Fraction(2), Product((Conditional(("X",)), Conditional(("Y",))))),)
    )
    assert parse("sum_{E} E E(P | E) (P)") == Marginal(
        ("E",), Product((Value("E"), Mean("P", ("E",)), Value("P")))
    )


def test_estimands_that_are_not_the_same() -> None:
    assert not same(parse("Σ_{Z} P(Y | X, Z) P(Z)"), parse("Σ_{Z} P(Y | X, Z) P(Z | X)"))
    assert not same(parse("Σ_{X'} P(Y | X') P(X')"), parse("Σ_{X'} P(Y | X) P(X')"))
    assert same(parse("Σ_{X} P(Y | X) P(X)"), parse("Σ_{X'} P(X') P(Y | X')"))


def test_no_sum_catches_what_is_put_in() -> None:
    node = parse("Σ_{X'} P(Y | X') P(Z | X)")
    assert same(substitute(node, {"X": "X'"}), parse("Σ_{X} P(Y | X) P(Z | X')"))
    assert substitute(node, {"X'": At("X", 1)}) == node


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("P(Y", 3),
        ("P(Y | X) +", 10),
        ("P()", 2),
        ("Σ_{Z P(Z)", 5),
        ("[P(Y)] P(X)", 7),
        ("P(Y) ? P(X)", 5),
        ("P(Y' = 1)", 7),
        ("P(Y = -Z)", 7),
        ("E(Y, Z)", 2),
        ("E(Y')", 2),
        ("P(X))", 4),
        ("do(X)", 0),
        ("(" * 300, 200),
    ],
)
def test_what_is_no_estimand_is_pointed_at(text: str, at: int) -> None:
    with pytest.raises(ScmError) as caught:
        parse(text)
    (problem,) = caught.value.diagnostics
    assert problem.code == "E330"
    assert problem.span is not None
    assert problem.span.start == at
