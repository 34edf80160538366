"""Edits, fixes and the outline."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.formatting import format_text
from scmlang.lsp.document import Document
from scmlang.lsp.edits import Edit, apply, difference
from scmlang.lsp.fixes import fixes
from scmlang.lsp.outline import outline
from scmlang.lsp.style import restyle
from scmlang.source import Source, Span
from tests.lsp.support import EXAMPLES, MODEL

texts = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "d", "\n"]), max_size=8).map("".join)


@given(texts, texts)
def test_a_difference_makes_the_one_of_the_other(old: str, new: str) -> None:
    edit = difference(old, new)
    assert (edit is None) == (old == new)
    assert apply(old, [edit] if edit else []) == new


def test_a_difference_touches_only_what_differs() -> None:
    assert difference("a\nb\nc\n", "a\nB\nc\n") == Edit(Span(2, 4), "B\n")


@given(st.text("abcd", max_size=12), st.lists(st.integers(0, 12), max_size=6))
def test_edits_do_not_get_in_each_others_way(text: str, places: list[int]) -> None:
    cuts = sorted({min(place, len(text)) for place in places})
    edits = [Edit(Span(a, b), f"<{text[a:b]}>") for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    assert apply(text, reversed(edits)).replace("<", "").replace(">", "") == text


def fixed(text: str, start: int = 0) -> list[tuple[str, str]]:
    document = Document(text)
    found = fixes(document, Span(start, start))
    return [(fix.title, apply(text, [fix.edit])) for fix in found]


def test_a_name_that_is_nearly_right_is_put_right() -> None:
    text = "Colour: binary\nY: binary\nColur -> Y\n"
    assert fixed(text, text.index("Colur")) == [("Change to `Colour`", text.replace("Colur", "Colour"))]
    assert fixed(text) == []


def test_a_missing_declaration_is_put_above_the_statement() -> None:
    text = "Y: binary\r\n{\r\nQQ} -> Y\r\n"
    after = "Y: binary\r\nQQ: binary\r\n{\r\nQQ} -> Y\r\n"
    assert fixed(text, text.index("QQ")) == [("Declare `QQ: binary`", after)]
    assert Document(after).problems == ()


def test_an_option_is_put_right() -> None:
    text = "X: binary\nmechanism X: mlp(hiden=[8])\n"
    assert fixed(text, text.index("hiden")) == [("Change to `hidden`", text.replace("hiden", "hidden"))]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_formatting_keeps_line_ends(end: str) -> None:
    text = end.join(["X:binary", "Y : binary  # a", "", "X->Y", ""])
    edit = restyle(Document(text))
    assert edit is not None
    assert apply(text, [edit]) == end.join(["X: binary", "Y: binary  # a", "", "X -> Y", ""])
    assert restyle(Document(apply(text, [edit]))) is None


def test_a_text_that_does_not_parse_is_left_as_it_is() -> None:
    assert restyle(Document("X ->\nY:binary")) is None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_formatting_is_what_the_formatter_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8") + "\n\n"
    edit = restyle(Document(text, path.name))
    assert edit is not None
    assert apply(text, [edit]) == format_text(Source(path.name, text))


def test_nothing_is_fixed_where_nothing_is_wrong() -> None:
    assert fixes(Document(MODEL), Span(0, len(MODEL))) == ()


def test_the_outline_has_every_statement() -> None:
    found = [(entry.kind, entry.name, entry.detail) for entry in outline(Document(MODEL))]
    assert found == [
        ("model", "Small", "model"),
        ("exogenous", "U", "bernoulli(0.5)"),
        ("constant", "p", "0.25"),
        ("variable", "C", "{red, green}"),
        ("variable", "D", "0..3"),
        ("variable", "X", "binary"),
        ("variable", "Y", "binary"),
        ("variable", "E", "{small, green}"),
        ("equation", "C", ":= if U then green else red"),
        ("equation", "D", "~ binomial(3, p)"),
        ("equation", "X", ":= C == red"),
        ("equation", "E", "~ table(C) { (red): [1, 0] (green): [p, 0.75] }"),
        ("mechanism", "Y", "mlp(hidden=[8])"),
        ("arrows", "C -> {X, E}", ""),
        ("arrows", "{X, D} -> Y", ""),
        ("query", "q", "P(Y=1 | do(C=green), D=2)"),
        ("query", "r", "P(E[C=red]=green)"),
    ]


def test_an_entry_is_inside_its_statement() -> None:
    for path in EXAMPLES:
        document = Document(path.read_text(encoding="utf-8"), path.name)
        statements = {statement.span for statement in document.recovered.program.statements}
        entries = outline(document)
        assert {entry.span for entry in entries} == statements
        for entry in entries:
            assert entry.span.start <= entry.place.start <= entry.place.end <= entry.span.end


def test_assertions_and_latent_variables_are_in_the_outline() -> None:
    found = outline(Document("latent U\nU -> {X, Y}\nassert   independent(X, Y | U)\n"))
    assert [(e.kind, e.name) for e in found] == [
        ("latent", "U"),
        ("arrows", "U -> {X, Y}"),
        ("assertion", "assert independent(X, Y | U)"),
    ]
