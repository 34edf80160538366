"""Offsets and the protocol's positions, in every encoding and for every line end."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.lsp.positions import Lines
from scmlang.source import Span

ENCODINGS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
characters = st.sampled_from("aé€😀\n\r\t\x0b\x0c\x85\u2028𝔛") | st.characters(exclude_categories=["Cs"])
texts = st.text(characters, max_size=30)
encodings = st.sampled_from(sorted(ENCODINGS))


def units(text: str, encoding: str) -> int:
    codec, width = ENCODINGS[encoding]
    return len(text.encode(codec)) // width


@given(texts, encodings, st.data())
def test_positions_count_the_codec_s_units(text: str, encoding: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = re.split(r"\r\n|\r|\n", text[:offset])
    inside = text[offset - 1 : offset + 1] == "\r\n"
    line, column = Lines(text, encoding).position(offset)
    if inside:  # between CR and LF: the end of the line
        before = re.split(r"\r\n|\r|\n", text[: offset - 1])
    assert (line, column) == (len(before) - 1, units(before[-1], encoding))


@given(texts, encodings, st.data())
def test_a_position_leads_back(text: str, encoding: str, data: st.DataObject) -> None:
    lines = Lines(text, encoding)
    offset = data.draw(st.integers(0, len(text)))
    back = lines.offset(*lines.position(offset))
    assert back == offset - (text[offset - 1 : offset + 1] == "\r\n")


@given(texts, encodings, st.integers(0, 40), st.integers(0, 40))
def test_no_position_is_refused(text: str, encoding: str, line: int, column: int) -> None:
    lines = Lines(text, encoding)
    offset = lines.offset(line, column)
    assert 0 <= offset <= len(text)
    found_line, found_column = lines.position(offset)
    assert found_line <= line
    assert found_line < line or found_column <= column


@pytest.mark.parametrize(
    ("encoding", "column"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)], ids=["utf-8", "utf-16", "utf-32"]
)
def test_wide_characters(encoding: str, column: int) -> None:
    assert Lines("é😀X", encoding).position(2) == (0, column)
    assert Lines("é😀X", encoding).offset(0, column) == 2


def test_half_a_surrogate_pair_is_the_character() -> None:
    assert Lines("😀X", "utf-16").offset(0, 1) == 0


def test_a_span_at_a_line_end_is_empty() -> None:
    assert Lines("X ->\r\nY").range(Span(4, 5)) == ((0, 4), (0, 4))


def test_a_span_past_the_end_stops_there() -> None:
    assert Lines("X ->").range(Span(4, 5)) == ((0, 4), (0, 4))
    assert Lines("X ->").range(Span(2, 9)) == ((0, 2), (0, 4))
