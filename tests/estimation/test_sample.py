"""Columns of a table as levels and real numbers."""

from __future__ import annotations

import numpy as np
import pytest

from scmlang.compiler import Compilation
from scmlang.data.table import table_of
from scmlang.diagnostics.base import ScmError
from scmlang.estimation.sample import Sample, read_sample
from scmlang.identify.estimand import At


def read(model: str, **columns: list[object]) -> Sample:
    compilation = Compilation.from_text(model)
    return read_sample(table_of(columns), compilation.model, columns)


def codes(model: str, **columns: list[object]) -> list[str]:
    with pytest.raises(ScmError) as caught:
        read(model, **columns)
    return [d.code for d in caught.value.diagnostics]


def test_levels_have_a_name_a_number_and_a_place() -> None:
    data = read("D: 1..3; C: {red, green}", D=[3, 1, 2], C=["green", "red", 1])
    assert data.levels["D"].codes.tolist() == [2, 0, 1]
    assert data.levels["C"].codes.tolist() == [1, 0, 1]
    assert data.index(At("D", 3)) == 2
    assert data.index(At("C", "green")) == data.index(At("C", 1)) == 1
    assert data.numbers("D") == (1, 2, 3)


def test_real_numbers_have_no_levels() -> None:
    data = read("A: real", A=[0.5, 2, -1])
    np.testing.assert_array_equal(data.reals["A"], [0.5, 2, -1])
    with pytest.raises(ScmError, match="E334"):
        data.column("A")


def test_without_domains_the_levels_are_those_that_occur() -> None:
    data = read("X -> Y -> Z; W -> Z", X=[10, 2, 10], Y=["b", "a", "b"], Z=[0.5, 1, 2], W=[0, 0, 1])
    assert data.levels["X"].labels == ("2", "10")
    assert data.levels["X"].numbers == (2, 10)
    assert data.levels["Y"].labels == ("a", "b")
    assert data.index(At("X", 10)) == 1
    assert data.index(At("Y", "b")) == 1
    assert set(data.reals) == {"Z"}
    with pytest.raises(ScmError, match="E334"):
        data.numbers("Y")
    with pytest.raises(ScmError, match="E333"):
        data.index(At("X", 3))


def test_what_is_no_sample() -> None:
    assert codes("X, Y: binary", X=[0, 2, 3], Y=[0, 1, "x"]) == ["E125"] * 3
    assert codes("X: binary", X=[0, ""]) == ["E124"]
    assert codes("X -> Y", X=[0, ""], Y=[1, 1]) == ["E124"]
    assert codes("A: real", A=["x"]) == ["E126"]
    assert codes("X: binary", X=[]) == ["E336"]
    with pytest.raises(ScmError) as caught:
        read_sample(table_of({"X": [1]}), Compilation.from_text("X, Y, Z: binary").model, "XYZ")
    assert [d.code for d in caught.value.diagnostics] == ["E123", "E123"]
