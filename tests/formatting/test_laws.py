"""The laws of formatting, on generated programs."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, note, settings

from scmlang.formatting import format_text
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.parser import parse
from tests.formatting.programs import Remark, Written, programs, seeded_programs

SPAN = re.compile(r"span=Span\(start=\d+, end=\d+\)(, )?")
COMMENT = re.compile(r"#[^\n]*")
MANY = settings(max_examples=6000, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def formatted(text: str) -> str:
    return format_text(Source("t.scm", text))


def tree(text: str) -> ast.Program:
    return parse(Source("t.scm", text))


def meaning(text: str) -> str:
    """The syntax tree without its places."""
    return SPAN.sub("", repr(tree(text)))


def obeys(written: Written) -> None:
    """Every law at once: the same program, nothing more to change, each comment where it was, clean lines."""
    result = formatted(written.text)
    note(f"{written.text!r}\n{result}")
    assert meaning(result) == meaning(written.text)
    assert formatted(result) == result
    assert COMMENT.findall(result) == [remark.text for remark in written.remarks]
    is_clean(result)
    places = tree(result)
    starts = [found.start() for found in COMMENT.finditer(result)]
    for remark, at in zip(written.remarks, starts, strict=True):
        assert belongs(remark, at, result, places), remark


def is_clean(text: str) -> None:
    """Ends in one newline, without tabs, carriage returns, blanks behind a line or two blank lines."""
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
    assert not text.startswith("\n")
    assert not set(text) & set("\t\r\f")
    assert [line for line in text.split("\n") if line != line.rstrip()] == []
    assert "\n\n\n" not in text


def belongs(remark: Remark, at: int, text: str, program: ast.Program) -> bool:
    """Whether a comment at ``at`` is where its statement, row or item is."""
    spans = [statement.span for statement in program.statements]
    if remark.relation == "inside":
        return spans[remark.statement].start < at < spans[remark.statement].end
    index = remark.statement
    if remark.part is not None:
        spans, index = _parts(program.statements[remark.statement]), remark.part
    if remark.relation == "before":
        return _alone(text, at) and _between(at, spans, index)
    end = spans[index].end
    return end <= at and "\n" not in text[end:at]


def _parts(statement: ast.Statement) -> list[Span]:
    match statement:
        case ast.Draw(rows=tuple(rows)):
            return [row.span for row in rows]
        case ast.Assignment(value=ast.Vector(items=items)):
            return [item.span for item in items]
    raise AssertionError(statement)


def _alone(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _between(at: int, spans: list[Span], index: int) -> bool:
    after = index == len(spans) or at < spans[index].start
    return after and (index == 0 or spans[index - 1].end < at)


@FEW
@given(programs())
def test_the_laws_hold(written: Written) -> None:
    obeys(written)


@pytest.mark.slow
@MANY
@given(seeded_programs())
def test_the_laws_hold_for_many(written: Written) -> None:
    obeys(written)


def test_the_programs_are_worth_it() -> None:
    """Every kind of statement and every relation of a comment is generated, and comments inside brackets."""
    kinds: Counter[str] = Counter()

    @settings(FEW, database=None, derandomize=True)
    @given(seeded_programs())
    def count(written: Written) -> None:
        kinds.update(type(statement).__name__ for statement in tree(written.text).statements)
        kinds.update(f"{r.relation} {'part' * (r.part is not None)}" for r in written.remarks)

    count()
    expected = {kind.__name__ for kind in ast.Statement.__args__}  # type: ignore[attr-defined]
    expected |= {"before ", "behind ", "inside ", "before part", "behind part"}
    assert {kind for kind in expected if kinds[kind] < 3} == set()
