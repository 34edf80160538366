"""Several mistakes in one text: each is reported, and none twice."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagnostics import Diagnostic, ScmError
from scmlang.source import Source
from scmlang.syntax.parser import parse
from tests.formatting.programs import Writer


def reported(text: str) -> tuple[Diagnostic, ...]:
    try:
        parse(Source("t.scm", text))
    except ScmError as error:
        return error.diagnostics
    return ()


def lines(text: str) -> list[int]:
    source = Source("t.scm", text)
    return [source.position(d.span.start)[0] for d in reported(text) if d.span]


def statement(random: Random) -> list[str]:
    """The pieces of a statement, gaps and tokens, that parses."""
    writer = Writer(random)
    writer.statement()
    return writer.pieces


def broken(pieces: list[str], random: Random) -> list[str]:
    """A statement that cannot be right: no program has a `@`, two keywords in a row, or a `=` first."""
    kind = random.randrange(4)
    if kind == 0:
        return [" = ", *pieces]
    if kind == 1:
        return [*pieces, " then else"]
    tokens = [i for i, piece in enumerate(pieces) if piece.strip() and not piece.startswith("#")]
    at = random.choice(tokens) if kind == 2 else len(pieces)
    return [*pieces[:at], " @ ", *pieces[at:]]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(1, 12), st.data())
def test_exactly_the_broken_statements_are_reported(seed: int, count: int, data: st.DataObject) -> None:
    random = Random(seed)
    wrong = data.draw(st.sets(st.integers(0, count - 1)))
    text, places = "", []
    for index in range(count):
        pieces = statement(random)
        written = "".join(broken(pieces, random) if index in wrong else pieces)
        if index in wrong:
            places.append((len(text), len(text) + len(written)))
        text += written + random.choice(("\n", ";", " # c\n", "\r\n", "\n\n", ";\n# c (\n"))
    spans = [d.span for d in reported(text)]
    assert len(spans) == len(places)
    for span, (start, end) in zip(spans, places, strict=True):
        assert span is not None
        assert start <= span.start < end


WRONG = (
    *("X = 1", "Y: 0..", "let p := 0.1", "Z ~ bernoulli 0.5", "A --> B", "W := max(1,)", "C: {a b}"),
    *("D := (1", "E ~ normal(0, 1))", "F: {a, b]", "query q: P(Y)", "{X Y} -> Z", "assert", "V := X && Y"),
)
RIGHT = (
    "X: binary",
    "X, Y -> Z".replace(",", " ->"),
    "{X, Y} -> Z",
    "let p = 0.1",
    "query q = P(Y)",
    "Y := 1",
)


@given(st.lists(st.tuples(st.sampled_from(RIGHT), st.sampled_from((*WRONG, ""))), min_size=1, max_size=12))
def test_no_mistake_hides_another_or_is_told_twice(parts: list[tuple[str, str]]) -> None:
    """Brackets that do not match among them: a line that can only begin a statement ends them."""
    written = [line for right, wrong in parts for line in ((wrong, right) if wrong else (right,))]
    expected = [number for number, line in enumerate(written, 1) if line in WRONG]
    assert lines("\n".join(written)) == expected


def test_five_of_five() -> None:
    text = "X = 1\nY: 0..\nlet p := 0.1\nZ ~ bernoulli 0.5\nX -> \nW := )\n"
    assert lines(text) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Y := X +\n  Z", [1]),
        ("Y := X +\n  Z +\n  W\nV: binary", [1]),
        ("Y := X\n  + Z\n  + W\nA = 2", [2, 4]),
        ("X ->\n  Y\nY ->\n  Z", [1, 3]),
        ("Y := X +  # the first\n  Z  # the second\n  + W", [1]),
        ("Y := X  # right\n= 1\n= 2", [2, 3]),
        ("X -> Y\n  -> Z\n  -> W", [2]),
        ("Y :=\n  if X\n  then 1\n  else 0", [1]),
        ("X ->\nY ->\nZ: binary", [1, 2]),
        ("Y := X +\n\n  Z", [1, 3]),
        ("Y := X +; Z", [1, 1]),
        ("+ X\n+ Y", [1, 2]),
    ],
)
def test_a_statement_on_several_lines_is_one_mistake(text: str, expected: list[int]) -> None:
    assert lines(text) == expected


def test_only_short_statements_are_put_together() -> None:
    """Else a text of many lines would be read again for each of them."""
    assert lines("Y := " + "a + " * 400 + "\n  Z") == [1, 2]
    assert lines("Y := X\n" + "+ Z\n" * 20) == [2, *range(9, 22)]


def test_what_to_do_about_a_statement_on_several_lines() -> None:
    (one,) = reported("Y := X +\n  Z")
    assert one.helps == ("a statement goes on over several lines only inside brackets",)
    (other,) = reported("X: binary\nY := X\n  and Z")
    assert other.helps == one.helps
    assert other.message == "a statement cannot begin with `and`"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dag {\n  X -> Y\n  Y [outcome]\n}", "this is a graph of dagitty"),
        ("// made by hand\ndigraph G {\n  a -> b;\n}\n", "this is a graph in the DOT language"),
        ("graph [\n  directed 1\n]", "this is a graph in GML"),
        ("<NODES>\nX\n<EDGES>\n", "this is a graph in the format of `.cg` files"),
        ("network asia {\n}\n", "this is a Bayesian network in BIF"),
        ('<?xml version="1.0"?>\n<graphml/>', "this is a text in XML"),
        ('{\n  "format": 1}', "this is a text in JSON"),
        ("data {\n  int N;\n}\nmodel {\n}", "this begins with a block of Stan"),
        ("graph TD\n  X --> Y", "this is a diagram of Mermaid"),
        ("model {\n  y ~ normal(0, 1)\n}", "a model has no block in braces"),
        ("import networkx as nx\nG = nx.DiGraph()", "this is a program in another language"),
    ],
)
def test_another_format_is_told_once(text: str, message: str) -> None:
    for written in (text, "\n  " + text, text.replace("\n", "\r\n")):
        (diagnostic,) = reported(written)
        assert diagnostic.message == message
        assert diagnostic.helps
        assert diagnostic.span is not None
        assert (
            written[diagnostic.span.start : diagnostic.span.end].split()[0]
            == text.removeprefix("// made by hand\n")[: diagnostic.span.end - diagnostic.span.start]
        )


@pytest.mark.parametrize("text", ["dag: binary", "graph -> network", "data := 1", "model dag\nX -> Y"])
def test_names_that_other_formats_begin_with_are_names(text: str) -> None:
    assert reported(text) == ()


def test_a_comparison_in_a_query_may_begin_a_line() -> None:
    assert reported("assert P(\nX <-2) < 1") == ()
