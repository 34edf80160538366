"""Values survive the way through text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.data.columns import format_column, parse_column, parse_numbers, parse_value
from scmlang.semantics.domains import BINARY, Finite, Real
from tests.data.support import COLOUR


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_reals_round_trip_bit_for_bit(numbers: list[float]) -> None:
    column = np.array(numbers, np.float64)
    read, unreadable = parse_column("A", format_column(column, Real()), Real())
    assert not unreadable
    assert read.tobytes() == column.tobytes()


@given(st.integers(-50, 50), st.integers(1, 30), st.data())
def test_levels_round_trip(offset: int, size: int, data: st.DataObject) -> None:
    domain = Finite("range", size, offset)
    column = np.array(data.draw(st.lists(st.integers(offset, offset + size - 1))), np.int64)
    read, unreadable = parse_column("D", format_column(column, domain), domain)
    assert not unreadable
    assert read.tolist() == column.tolist()


def test_named_levels_are_written_by_name_and_read_by_name_or_number() -> None:
    assert format_column(np.array([1, 0]), COLOUR) == ["green", "red"]
    read, unreadable = parse_column("C", ["green", "1", " red ", "0"], COLOUR)
    assert (read.tolist(), unreadable) == ([1, 1, 0, 0], [])


@pytest.mark.parametrize(("text", "value"), [("true", 1), ("False", 0), ("1", 1), ("2", None), ("yes", None)])
def test_binary_levels(text: str, value: int | None) -> None:
    assert parse_value(text, BINARY) == value


@pytest.mark.parametrize("text", ["", "nan", "inf", "-inf", "1_000", "1,5", "0x10", "one", "1e999"])
def test_what_is_no_finite_number_is_not_read_as_one(text: str) -> None:
    assert parse_value(text, Real()) is None


@pytest.mark.parametrize("text", ["--3", "3.0", "1_0", "+3", "٣", "9" * 5000, "10", "-1"])
def test_what_is_no_level_is_not_read_as_one(text: str) -> None:
    assert parse_value(text, Finite("range", 10)) is None


def test_unreadable_cells_are_located() -> None:
    _, unreadable = parse_column("C", ["red", "purple", "", "purple"], COLOUR)
    assert [(cell.row, cell.code) for cell in unreadable] == [(1, "E125"), (2, "E124"), (3, "E125")]


@given(st.lists(st.integers(-(2**62), 2**62)))
def test_numbers_without_a_domain_keep_their_kind(numbers: list[int]) -> None:
    column = np.array(numbers, np.int64)
    read = parse_numbers(format_column(column))
    assert read.dtype == np.int64
    assert read.tolist() == numbers
