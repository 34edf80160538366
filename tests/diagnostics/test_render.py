from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics import Diagnostic, Note, ScmError
from scmlang.diagnostics.render import render, render_one, summary, wants_colour
from scmlang.diagnostics.serialise import to_json
from scmlang.diagnostics.width import width
from scmlang.source import Source, Span


def at(source: Source, text: str) -> Span:
    start = source.text.index(text)
    return Span(start, start + len(text))


CYCLE = Source("frontdoor.scm", "\n\n\n\n\n\nX -> Z\n\nZ -> X\n")
CYCLE_ERROR = Diagnostic(
    "E021",
    "`Y` is its own ancestor",
    CYCLE,
    at(CYCLE, "Z -> X"),
    "this closes the cycle X -> Z -> X",
    (Note("X causes Z here", at(CYCLE, "X -> Z")),),
    ("a feedback loop has no SCM; if Z and X only share a cause, write Z <-> X",),
)


def test_the_form_of_a_report() -> None:
    assert render_one(CYCLE_ERROR) == (
        "error[E021]: `Y` is its own ancestor\n"
        "  --> frontdoor.scm:9:1\n"
        "   |\n"
        " 7 | X -> Z\n"
        "   | ------ X causes Z here\n"
        " 9 | Z -> X\n"
        "   | ^^^^^^ this closes the cycle X -> Z -> X\n"
        "   = help: a feedback loop has no SCM; if Z and X only share a cause, write Z <-> X\n"
    )


def test_the_gutter_grows_with_the_line_number() -> None:
    source = Source("long.scm", "\n" * 8 + "bad\n" + "\n" * 90 + "worse")
    diagnostic = Diagnostic(
        "W001", "odd", source, at(source, "worse"), notes=(Note("here", at(source, "bad")),)
    )
    assert render_one(diagnostic) == (
        "warning[W001]: odd\n"
        "    --> long.scm:100:1\n"
        "     |\n"
        "   9 | bad\n"
        "     | --- here\n"
        " 100 | worse\n"
        "     | ^^^^^\n"
    )


def test_without_a_place() -> None:
    error = Diagnostic("E001", "no such file", notes=(Note("it was looked for in `x`"),), helps=("make it",))
    assert render([error, error]) == (
        "error[E001]: no such file\n   = note: it was looked for in `x`\n   = help: make it\n\n" * 2
        + "2 errors\n"
    )


@pytest.mark.parametrize(
    ("line", "bad"),
    [("\tX := bad", "bad"), ("ab\tX := bad", "bad"), ("日本 := bad", "bad"), ("e\u0301 = bad", "bad")],
)
def test_the_underline_stands_under_its_text(line: str, bad: str) -> None:
    source = Source("t", line)
    shown, underline = render_one(Diagnostic("E005", "m", source, at(source, bad))).splitlines()[3:5]
    assert "\t" not in shown
    assert width(shown[: shown.index(bad)]) == underline.index("^")
    assert underline.count("^") == len(bad)


def test_wide_characters_get_wide_underlines() -> None:
    source = Source("t", "日本")
    assert render_one(Diagnostic("E005", "m", source, Span(0, 2))).splitlines()[4].endswith("^^^^")


def test_a_span_of_several_lines_is_underlined_on_its_first() -> None:
    source = Source("t", "B ~ table(D,\n C)\n")
    assert render_one(Diagnostic("E043", "m", source, Span(4, 15))).splitlines()[3:] == [
        " 1 | B ~ table(D,",
        "   |     ^^^^^^^^",
    ]


def test_the_end_of_the_text_can_be_underlined() -> None:
    source = Source("t", "X ->")
    assert render_one(Diagnostic("E005", "m", source, Span(4, 5))).splitlines()[3:] == [
        " 1 | X ->",
        "   |     ^",
    ]
    empty = Source("t", "")
    assert render_one(Diagnostic("E005", "m", empty, Span(0, 1))).splitlines()[3:] == [" 1 |", "   | ^"]


def test_a_long_line_is_cut_around_its_underline() -> None:
    source = Source("t", "x" * 5000 + "bad" + "y" * 5000)
    shown, underline = render_one(Diagnostic("E005", "m", source, at(source, "bad"))).splitlines()[3:5]
    assert len(shown) < 200
    assert shown[underline.index("^") :].startswith("bad")


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@given(st.text(), st.text(), st.data())
def test_no_input_reaches_the_terminal_as_a_command(text: str, message: str, data: st.DataObject) -> None:
    source = Source(message, text)
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))) + 1)
    report = render_one(Diagnostic("E004", message, source, span, message, (Note(message),), (message,)))
    assert not _CONTROL.search(report)


def test_colour_only_adds_escapes() -> None:
    painted = render_one(CYCLE_ERROR, colour=True)
    assert "\x1b[1;31merror[E021]\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render_one(CYCLE_ERROR)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_when_colour_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_colour(Terminal())
    assert not wants_colour(io.StringIO())
    assert wants_colour(io.StringIO(), "always")
    assert not wants_colour(Terminal(), "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal())


def test_summary_counts() -> None:
    error, warning = Diagnostic("E001", ""), Diagnostic("W001", "")
    assert summary([error]) == "1 error"
    assert summary([error, warning, warning]) == "1 error, 2 warnings"
    assert render([]) == ""


def test_json() -> None:
    document = json.loads(to_json([CYCLE_ERROR, Diagnostic("W001", "m")]))
    assert document == {
        "schema": 1,
        "diagnostics": [
            {
                "code": "E021",
                "severity": "error",
                "message": "`Y` is its own ancestor",
                "file": "frontdoor.scm",
                "span": {"start": {"line": 9, "column": 1}, "end": {"line": 9, "column": 7}},
                "label": "this closes the cycle X -> Z -> X",
                "notes": [
                    {
                        "text": "X causes Z here",
                        "span": {"start": {"line": 7, "column": 1}, "end": {"line": 7, "column": 7}},
                    }
                ],
                "helps": ["a feedback loop has no SCM; if Z and X only share a cause, write Z <-> X"],
            },
            {
                "code": "W001",
                "severity": "warning",
                "message": "m",
                "file": None,
                "span": None,
                "label": "",
                "notes": [],
                "helps": [],
            },
        ],
    }


def test_an_error_says_all_it_holds() -> None:
    assert (
        str(ScmError([CYCLE_ERROR, Diagnostic("E001", "gone")]))
        == "E021: `Y` is its own ancestor; E001: gone"
    )


@given(st.text(alphabet="ab\n\r\t日"))
def test_positions_and_lines_agree(text: str) -> None:
    source = Source("t", text)
    for offset, char in enumerate(text):
        line, column = source.position(offset)
        if char not in "\r\n":
            assert source.line(line)[column - 1] == char
    assert source.line_count == text.count("\n") + 1
