"""What is proposed where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.lsp.completion import complete
from scmlang.lsp.document import Document
from scmlang.lsp.words import DISTRIBUTIONS, DOMAINS, QUANTITIES
from scmlang.mechanisms import MECHANISMS
from scmlang.semantics.draws import USAGE
from scmlang.semantics.expressions import FUNCTIONS
from scmlang.syntax.lexicon import lexicon
from tests.lsp.support import EXAMPLES, MODEL, marked

VARIABLES = {"C", "D", "X", "Y", "E"}
LEVELS = {"red", "green", "small"}


def proposed(line: str) -> list[str]:
    """The proposals at the end of a line after the model."""
    text = MODEL + line
    return [item.label for item in complete(Document(text), len(text))]


EXACT = {
    "mechanism Y: ": set(MECHANISMS.names()),
    "mechanism ": VARIABLES,
    "mechanism X, ": VARIABLES,
    "mechanism Y: mlp(": set(MECHANISMS["mlp"].options),
    "mechanism Y: mlp(hidden=[8, 8], ": set(MECHANISMS["mlp"].options) - {"hidden"},
    "mechanism Y: nothing(": set(),
    "exogenous V ~ ": set(USAGE),
    "exogenous ": set(),
    "Z: ": set(DOMAINS),
    "latent Z: ": set(DOMAINS),
    "X -> ": VARIABLES,
    "{X, ": VARIABLES,
    "X <-> {": VARIABLES,
    "query s = P(C=": {"red", "green"},
    "query s = P(E[C=": {"red", "green"},
    "query s = P(E[C=red]=": {"small", "green"},
    "query s = do(D=": {"0", "1", "2", "3"},
    "query s = do(X=": {"0", "1", "true", "false"},
    "query s = do(": VARIABLES,
    "query s = P(Y[": VARIABLES,
    "E ~ table(": VARIABLES | {"U"},
    "E ~ table(C, D) { (": {"red", "green"},
    "E ~ table(C, D) { (red, ": {"0", "1", "2", "3"},
    "E ~ table(C, D) { (red, 0): [": set(),
    "Y ~ bernoulli(0.5, coupling=": {"monotone", "gumbel"},
    "monotone ": VARIABLES,
    "monotone X -> ": VARIABLES,
    "monotone {X, ": VARIABLES,
    "monotone X ": set(),
    "model ": set(),
    "let ": set(),
    "query ": set(),
    "# C == ": set(),
    "Y := 1": set(),
}


@pytest.mark.parametrize(("line", "labels"), EXACT.items(), ids=EXACT)
def test_these_and_no_others(line: str, labels: set[str]) -> None:
    assert set(proposed(line)) == labels


def test_a_statement_begins_with_a_keyword_or_a_variable() -> None:
    for line in ("", "X -> Y; ", "Z: {a,\nX -> Y\n"):
        assert set(proposed(line)) == set(lexicon().statements) | VARIABLES


def test_an_expression_has_names_functions_and_operators() -> None:
    everything = VARIABLES | LEVELS | {"U", "p"} | set(FUNCTIONS) | {"if", "not", "true"}
    for line in ("Y := ", "Y := U and ", "let s = ", "Y ~ bernoulli(", "exogenous V ~ normal("):
        assert set(proposed(line)) >= everything


def test_levels_come_first_where_a_level_is_likely() -> None:
    assert proposed("Y := C == ")[:2] == ["red", "green"]
    assert proposed("Y := C != gr")[:2] == ["red", "green"]
    assert proposed("C := ")[:2] == ["red", "green"]


def test_a_draw_has_distributions_and_renderers() -> None:
    assert set(proposed("Y ~ ")) >= set(DISTRIBUTIONS) | {"bar_mnist"}
    assert {"digit", "colour", "bar"} == set(proposed("I ~ bar_mnist("))
    assert {"digit", "bar"} == set(proposed("I ~ bar_mnist(colour=C, "))
    assert set(proposed("I ~ bar_mnist(colour=")) >= VARIABLES


def test_a_query_has_quantities_and_variables() -> None:
    for line in ("query s = ", "assert "):
        assert set(proposed(line)) >= set(QUANTITIES) | VARIABLES | {"do"}


def test_a_draw_may_have_a_coupling() -> None:
    assert "coupling" in proposed("Y ~ bernoulli(0.5, ")
    assert "coupling" not in proposed("exogenous V ~ bernoulli(0.5, ")


def test_what_is_typed_of_an_option_has_its_sign() -> None:
    text = MODEL + "mechanism Y: mlp(hi"
    items = {item.label: item.typed for item in complete(Document(text), len(text))}
    assert items["hidden"] == "hidden="


def test_domains_are_said_beside_variables() -> None:
    document, cursor = marked(f"{MODEL}latent L: binary\nX -> |")
    details = {item.label: item.detail for item in complete(document, cursor)}
    assert details["C"] == "{red, green}"
    assert details["L"] == "latent, binary"


def test_an_open_bracket_above_does_not_reach_here() -> None:
    assert set(proposed("C: {red, green\nmechanism Y: ")) == set(MECHANISMS.names())


def test_proposals_are_there_once() -> None:
    labels = proposed("Y := C == ")
    assert len(labels) == len(set(labels))


@settings(max_examples=50)
@given(st.data())
def test_every_place_has_an_answer(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(EXAMPLES)).read_text(encoding="utf-8")
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    document = Document(text[:start] + text[end:])
    for item in complete(document, start):
        assert item.label


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_an_example_says_next_is_proposed(path: Path) -> None:
    """Wherever an example names something of its own in an equation or query, the name is proposed."""
    text = path.read_text(encoding="utf-8")
    document = Document(text, path.name)
    for occurrence in document.index.occurrences:
        place = occurrence.place
        inside = place and type(place.statement).__name__ in ("Assignment", "Draw", "NamedQuery", "Arrows")
        if occurrence.symbol and inside and not occurrence.writes and not occurrence.declares:
            cut = Document(text[: occurrence.span.start] + text[occurrence.span.end :], path.name)
            labels = {item.label for item in complete(cut, occurrence.span.start)}
            assert occurrence.text in labels, document.source.position(occurrence.span.start)
