"""What parses of a broken text, and that it has its own place in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.lsp.document import Document
from scmlang.lsp.recovery import blank
from scmlang.source import Span

GOOD = (
    "model M",
    "X: binary",
    "C: {red,\n green}  # two",
    "X -> C",
    "let p = 0.1",
    "C ~ table(X) { (0): [1, 0] }",
)
BAD = (
    "X -> ",
    "Y := if",
    "(",
    "}",
    "Z: {red",
    "exogenous",
    "let q = &",
    "😀",
    "query = 1",
    "let if = 1",
    "# ) note",
)
ENDS = ("\n", ";", "\r\n", "\n\n")


def statements(document: Document) -> list[str]:
    return [document.written(statement.span) for statement in document.recovered.program.statements]


pieces = st.tuples(st.sampled_from((*GOOD, *BAD)), st.sampled_from(ENDS))


@given(st.lists(pieces, max_size=8))
def test_what_parses_is_what_it_is_alone(parts: list[tuple[str, str]]) -> None:
    document = Document("".join(piece + end for piece, end in parts))
    for text in statements(document):
        assert [text] == statements(Document(text))


@given(st.lists(st.sampled_from(GOOD), min_size=1, max_size=6), st.data())
def test_a_bad_line_costs_no_good_one(lines: list[str], data: st.DataObject) -> None:
    """Brackets aside, which may hide what is behind them up to the next line that begins a statement."""
    bad = data.draw(st.sampled_from([text for text in BAD if not set(text) & set("()[]{}")]))
    at = data.draw(st.integers(0, len(lines)))
    broken = "\n".join([*lines[:at], bad, *lines[at:]])
    assert statements(Document(broken)) == statements(Document("\n".join(lines)))


def test_many_bad_lines_cost_no_good_one() -> None:
    good = [f"X{number} -> Y" for number in range(1000)]
    document = Document("\n".join(f"{line}\nZ ->" for line in good))
    assert statements(document) == good


def test_a_statement_that_goes_on_without_a_bracket_is_left_out_whole() -> None:
    assert statements(Document("X: binary\nX := 1 +\n  0 +\n  1\nX -> Y\n")) == ["X: binary", "X -> Y"]
    assert statements(Document("X: binary\nX := 1\n  + 0\nX -> Y\n")) == ["X: binary", "X := 1", "X -> Y"]


OTHERS = ("digraph {\n  A -> B\n}\n", "dag { X -> Y }", "<NODES>\nX\n<EDGES>\nX -> Y\n")


@pytest.mark.parametrize("text", OTHERS)
def test_a_text_of_another_language_has_answers(text: str) -> None:
    document = Document(text)
    assert document.problems
    assert len(statements(document)) <= 1


def test_statements_on_one_line_stay_apart() -> None:
    assert statements(Document("X -> Y; Y -> ; Y -> Z")) == ["X -> Y", "Y -> Z"]


def test_an_open_bracket_ends_at_the_next_statement() -> None:
    assert statements(Document("C: {red\nX -> Y\n")) == ["X -> Y"]


@given(st.text("ab;\n\r#é😀", max_size=20), st.data())
def test_blanks_keep_every_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    blanked = blank(text, (span,))
    assert len(blanked) == len(text)
    assert blanked[: span.start] + blanked[span.end :] == text[: span.start] + text[span.end :]
    assert set(blanked[span.start : span.end]) <= set(" ;\n")
    assert [c for c in blanked if c in ";\n"] == [c for c in text if c in ";\n"]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "\ufeff", "\x00", "(" * 2000, "\ud800"])
def test_any_text_has_an_index(text: str) -> None:
    document = Document(text)
    assert document.index.occurrences == ()
    assert document.recovered.program.statements == ()


def test_too_large_a_text_has_none() -> None:
    document = Document("X -> Y\n" * 200_000)
    assert [problem.code for problem in document.problems] == ["E003"]
    assert document.index.occurrences == ()


def test_a_model_is_made_of_the_statements_without_a_mistake() -> None:
    document = Document("X: binary\nY: binary\nX -> Y\nY -> \nNothing -> Y\n")
    assert len(document.problems) == 1, "a syntax error hides the rest"
    assert document.model is not None
    assert document.model.parents["Y"] == ("X",)


def test_a_text_without_a_mistake_is_its_own_model() -> None:
    text = "X: binary\nY: binary\nX -> Y\n"
    model = Document(text).model
    assert model is not None
    assert model.edges == Compilation.from_text(text).model.edges
