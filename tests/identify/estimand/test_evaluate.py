"""Values of estimands, held against sums that are written out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from scmlang.diagram import Diagram
from scmlang.identify.estimand import At, Table, evaluate, parse
from tests.identify.estimand.support import Network, networks

CHAIN = Diagram.of("XZY", [("X", "Z"), ("Z", "Y")], [("X", "Y")])


def test_the_front_door_is_the_truncated_factorisation() -> None:
    network = Network(CHAIN, 7)
    found = evaluate(parse("Σ_{Z} P(Z | X) Σ_{X'} P(Y | X', Z) P(X')"), network)
    assert found.symbols == ("X", "Y")
    truth = network.joint(("Y",), ("X",)).on(("X", "Y"))
    np.testing.assert_allclose(found.array, truth, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(networks())
def test_pieces_are_sums_over_the_joint(network: Network) -> None:
    p = network.joint(("A", "B", "C", "D"), ()).array
    sizes = [np.arange(n) for n in p.shape]
    cases = {
        "P(A, C)": p.sum((1, 3)),
        "P(A | B)": p.sum((2, 3)) / p.sum((0, 2, 3)),
        "P(A | B=1)": p.sum((2, 3))[:, 1] / p.sum((0, 2, 3))[1],
        "E(B | A)": (p.sum((2, 3)) * sizes[1]).sum(1) / p.sum((1, 2, 3)),
        "Σ_{A} A P(A, B)": (p.sum((2, 3)) * sizes[0][:, None]).sum(0),
        "Σ_{A, A'} P(A) P(A')": np.asarray(1.0),
        "Σ_{C} P(A)": p.sum((1, 2, 3)) * p.shape[2],
        "3 - 1/2 P(A)": 3 - p.sum((1, 2, 3)) / 2,
        "P(A') P(A)": np.multiply.outer(p.sum((1, 2, 3)), p.sum((1, 2, 3))),
        "0": np.asarray(0),
    }
    for text, wanted in cases.items():
        np.testing.assert_allclose(evaluate(parse(text), network).array, wanted, atol=1e-12, err_msg=text)


class Empty:
    """X and Z of two levels; Z=1 goes with X=0 alone, and X=2 does not occur."""

    exact = True

    def size(self, variable: str) -> int:
        return len(self.values(variable))

    def values(self, variable: str) -> range:
        return range(3 if variable == "X" else 2)

    def index(self, at: At) -> int:
        return int(at.value)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        cells = {(0, 0): 1, (0, 1): 2, (1, 0): 3}
        p = np.full((3, 2), Fraction(0), dtype=object)
        for cell, count in cells.items():
            p[cell] = Fraction(count, 6)
        axes = tuple(i for i, name in enumerate("XZ") if name not in variables)
        return Table(tuple(n for n in "XZ" if n in variables), np.asarray(p.sum(axis=axes)))


def test_undefined_matters_where_its_weight_is_not_zero() -> None:
    assert evaluate(parse("P(Z=1 | X=0)"), Empty()).array == Fraction(2, 3)
    found = evaluate(parse("P(Z=1 | X)"), Empty()).array
    assert found[:2].tolist() == [Fraction(2, 3), 0]
    assert np.isnan(float(found[2]))
    assert evaluate(parse("Σ_{X} P(Z=1 | X) P(X)"), Empty()).array == Fraction(1, 3)
    assert np.isnan(float(evaluate(parse("Σ_{X} P(Z=1 | X)"), Empty()).array))
    assert evaluate(parse("1/3 P(X=0)"), Empty()).array == Fraction(1, 6)


def test_a_variable_stands_once_in_a_factor() -> None:
    with pytest.raises(ValueError, match="twice"):
        evaluate(parse("P(X | X')"), Empty())
