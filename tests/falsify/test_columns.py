"""From a table to columns: kinds, missing cells, what is refused and what is warned of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.falsify.columns import Column
from tests.falsify.support import data_of, write

ROWS = 20
BITS = [i % 2 for i in range(ROWS)]


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [diagnostic.code for diagnostic in found]


def refused(path: Path, text: str, **options: bool) -> tuple[Diagnostic, ...]:
    with pytest.raises(ScmError) as raised:
        data_of(path, text, **options)
    return raised.value.diagnostics


def test_domains_say_what_is_categorical(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", {"X": BITS, "C": ["red", "green"] * 10, "R": BITS})
    columns = data_of(path, "X: 0..1\nC: {red, green}\nR: real\nX -> C -> R").columns
    assert columns["C"].codes is not None
    assert columns["C"].codes.tolist() == BITS
    assert columns["R"].codes is None


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        ([i % 10 for i in range(ROWS)], 10),
        ([i % 11 for i in range(ROWS)], 0),
        ([i % 2 + 0.5 for i in range(ROWS)], 0),
        ([f"L{i % 12}" for i in range(ROWS)], 12),
        ([*range(ROWS - 1), "x"], ROWS),
    ],
    ids=["few integers", "many integers", "a fraction", "words", "a word among numbers"],
)
def test_without_domains_the_cells_do(cells: list[object], levels: int, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", {"X": cells, "Y": BITS})
    assert data_of(path, "X -> Y").columns["X"].levels == levels


def test_coordinates_are_standardised_numbers_or_indicators() -> None:
    number = Column.numeric("X", np.array([1e9, 1e9 + 1, 1e9 + 2])).coordinates[:, 0]
    assert Column.numeric("X", np.full(3, 0.1)).is_constant
    assert number.mean() == pytest.approx(0, abs=1e-9)
    assert number.std() == pytest.approx(1)
    levels = Column.categorical("X", np.array([5, 2, 9, 2]))
    assert levels.coordinates.tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert levels.levels == 3


def test_missing_cells_are_refused_unless_they_are_dropped(tmp_path: Path) -> None:
    cells: list[object] = [*BITS]
    cells[3], cells[7] = "NA", ""
    path = write(tmp_path / "t.csv", {"X": cells, "Y": BITS, "Unused": [""] * ROWS})
    found = refused(path, "X -> Y")
    assert [d.code for d in found] == ["E124", "E124"]
    assert all("--drop-missing" in d.helps[0] for d in found)
    assert [d.source.position(d.span.start)[0] for d in found if d.source and d.span] == [5, 9]
    data = data_of(path, "X -> Y", drop_missing=True)
    assert data.rows == len(data.columns["Y"].coordinates) == ROWS - 2
    assert codes(data.warnings) == ["W301", "W302"]
    assert "2 of 20 rows" in data.warnings[1].message


def test_a_level_of_the_domain_is_never_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", {"X": ["null", "NA"] * 10, "Y": BITS})
    data = data_of(path, "X: {null, NA}\nY: binary\nX -> Y", drop_missing=True)
    assert (data.rows, data.warnings) == (ROWS, ())


def test_values_outside_of_the_domain_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", {"X": [2, *BITS[1:]], "R": ["far", *BITS[1:]]})
    assert codes(refused(path, "X: binary\nR: real\nX -> R")) == ["E125", "E126"]


def test_a_missing_column_and_too_few_rows_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", {"X": BITS})
    assert codes(refused(path, "X -> Y")) == ["E123"]
    short = write(tmp_path / "s.csv", {"X": BITS[:9], "Y": BITS[:9]})
    assert codes(refused(short, "X -> Y")) == ["E301"]
    empty = write(tmp_path / "e.csv", {"X": ["", *BITS[:9]], "Y": BITS[:10]})
    assert codes(refused(empty, "X -> Y", drop_missing=True)) == ["E301"]


def test_what_is_not_used_is_said(tmp_path: Path) -> None:
    text = "latent L: binary\nX, Y: binary\nI: image(1, 8, 8)\nX -> Y -> I\nL -> {X, Y}"
    columns = {"X": [1] * ROWS, "Y": BITS, "L": BITS, "row": range(ROWS)}
    data = data_of(write(tmp_path / "t.csv", columns), text)
    assert codes(data.warnings) == ["W301", "W301", "W301", "W300"]
    said = " ".join(warning.message for warning in data.warnings)
    assert "`L` is latent" in said
    assert "`row` is no variable" in said
    assert "`I`, an image" in said
    assert "`X` has the same value" in said
    assert set(data.columns) == {"X", "Y"}
