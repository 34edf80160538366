"""CSV files: what is read, and where problems are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scmlang.data.problems import SHOWN, Problems
from scmlang.data.table import read_table, table_of, write_table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.source import Span
from tests.data.support import COLOUR

CELLS: SearchStrategy[str] = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=6)


def codes(error: pytest.ExceptionInfo[ScmError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


@settings(max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    first, second = (list(cells) for cells in zip(*rows, strict=True))
    write_table(path, {"a": first, "b": second})
    table = read_table(path)
    assert list(table.columns["a"]) == first
    assert list(table.columns["b"]) == second


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "\ufeffa,b\r\n1,2\r\n", "a, b\n\n1,2", '"a","b"\n"1","2"\n'])
def test_byte_order_marks_line_ends_and_empty_lines(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode())
    table = read_table(tmp_path / "t.csv")
    assert {name: list(cells) for name, cells in table.columns.items()} == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E122"),
        (b"a,b\n1,\xff\n", "E122"),
        (b"a,a\n1,2\n", "E122"),
        (b'a,b\n"1"x,2\n', "E122"),
        (b'a,b\n"1,2\n', "E122"),
        (b"a,b\n1,2\r3\n", "E122"),
        (b"a,b\n1\n", "E124"),
        (b"a,b\n1,2,3\n", "E124"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "E122"),
    ],
)
def test_what_is_no_table_is_a_diagnostic(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(ScmError) as error:
        read_table(tmp_path / "t.csv")
    assert codes(error) == [code]


def test_a_byte_that_is_not_utf8_is_located(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,2\n3,caf\xe9\n")
    with pytest.raises(ScmError, match="line 3 has the byte 0xe9"):
        read_table(tmp_path / "t.csv")


def test_a_missing_file_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match="No such file") as error:
        read_table(tmp_path / "none.csv")
    assert codes(error) == ["E122"]


@pytest.mark.parametrize(
    ("text", "underlined"),
    [
        ("x,C\n1,purple\n", "purple"),
        ('x,C\n"a,b",purple\n', "purple"),
        ('"x\ny",C\n1,purple\n', "purple"),
        ('x,C\n1,"purple"\n', '"purple"'),
    ],
)
def test_the_cell_is_underlined(tmp_path: Path, text: str, underlined: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    table, problems = read_table(tmp_path / "t.csv"), Problems()
    table.values("C", COLOUR, problems)
    (found,) = problems.shown
    assert found.source is not None
    assert found.span is not None
    assert found.source.text[found.span.start : found.span.end] == underlined


def test_only_the_first_problems_are_shown_and_all_are_counted() -> None:
    problems = Problems()
    for i in range(SHOWN + 5):
        problems.add(Diagnostic("E125", f"problem {i}"))
    with pytest.raises(ScmError) as error:
        problems.raise_any()
    assert len(error.value.diagnostics) == SHOWN
    assert error.value.diagnostics[-1].notes[-1].text == "and 5 more problems in these data"


def test_columns_of_python_values_are_a_table() -> None:
    table = table_of({"X": [1, 2], "name": ["a, b", 'say "c"']})
    assert table.header == ("X", "name")
    assert dict(table.columns) == {"X": ("1", "2"), "name": ("a, b", 'say "c"')}
    assert table.problem("E125", "no level", 1, "X").span == Span(16, 17)
    with pytest.raises(ScmError, match=r"E122.*`Y` has 2 values, `X` 1"):
        table_of({"X": [1], "Y": [1, 2]})
