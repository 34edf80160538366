"""Every name, what it stands for, and where else that is named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from lark import Lark

from scmlang.lsp.definition import definitions, references
from scmlang.lsp.document import Document
from scmlang.lsp.index import Kind, Symbol, Word
from scmlang.syntax import ast
from scmlang.syntax.lexicon import lexicon
from scmlang.syntax.parser import FILE, QUERY, grammar_text
from tests.lsp.support import EXAMPLES, MODEL, at

DOCUMENT = Document(MODEL)


def lines_of(kind: Kind, name: str) -> list[int]:
    """The 1-based lines where a symbol is named."""
    return [DOCUMENT.source.position(o.span.start)[0] for o in DOCUMENT.index.of(Symbol(kind, name))]


def test_the_text_is_a_model() -> None:
    assert DOCUMENT.problems == ()


@pytest.mark.parametrize(
    ("kind", "name", "lines"),
    [
        (Kind.MODEL, "Small", [1]),
        (Kind.VARIABLE, "U", [3, 10]),
        (Kind.CONSTANT, "p", [4, 11, 13]),
        (Kind.VARIABLE, "C", [5, 10, 12, 13, 15, 16, 17]),
        (Kind.LEVEL, "red", [5, 10, 12, 13, 17]),
        (Kind.LEVEL, "green", [5, 8, 10, 13, 16, 17]),
        (Kind.VARIABLE, "Y", [7, 14, 15, 16]),
        (Kind.QUERY, "q", [16]),
    ],
)
def test_a_symbol_is_found_everywhere(kind: Kind, name: str, lines: list[int]) -> None:
    assert lines_of(kind, name) == lines


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("bernoulli", Word.DRAW),
        ("table", Word.DRAW),
        ("binary", Word.DOMAIN),
        ("mlp", Word.MECHANISM),
        ("hidden", Word.OPTION),
        ("P(", Word.QUANTITY),
    ],
)
def test_words_of_the_language_are_no_symbols(target: str, word: Word) -> None:
    text = MODEL.replace("is hidden", "")
    found = Document(text).index.at(at(text, target))
    assert found is not None
    assert (found.symbol, found.word) == (None, word)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_name_of_the_examples_is_known(path: Path) -> None:
    """And every name that the lexer sees is one that the index has: no node is left out."""
    document = Document(path.read_text(encoding="utf-8"), path.name)
    for occurrence in document.index.occurrences:
        is_number = occurrence.text.lstrip("-")[:1] in "0123456789."
        assert occurrence.symbol or occurrence.word or is_number, occurrence.text
        assert document.written(occurrence.span) == occurrence.text
    assert {o.span.start for o in document.index.occurrences} >= set(_names(document))


def _names(document: Document) -> list[int]:
    lark = Lark(grammar_text(), parser=None, lexer="basic", start=[FILE, QUERY])
    return [token.start_pos for token in lark.lex(document.text) if token.type == "NAME"]


def test_a_name_is_found_at_both_of_its_ends() -> None:
    document = Document("Xa -> Yb")
    assert [document.index.at(i).text for i in (0, 1, 2, 6, 7, 8)] == ["Xa", "Xa", "Xa", "Yb", "Yb", "Yb"]  # type: ignore[union-attr]
    assert [document.index.at(i) for i in (3, 4, 5)] == [None] * 3


def test_a_bare_diagram_declares_by_its_first_edge() -> None:
    text = "X -> Y\nY -> Z\nquery q = P(Z=x | do(X=y))\n"
    document = Document(text)
    found = document.index.at(at(text, "Y", 1))
    assert found is not None
    assert [o.span.start for o in definitions(document, found)] == [at(text, "Y")]
    assert [o.span.start for o in document.index.of(Symbol(Kind.VARIABLE, "X"))] == [0, at(text, "X", 1)]
    assert document.index.named("y") is None, "a symbol of a query is no variable"


@pytest.mark.parametrize(
    ("before", "line"),
    [("C: {red, ", 5), ("E: {small, ", 8), ("C=", 5), ("E[C=red]=", 8), ("C := if U then ", 5)],
)
def test_a_level_beside_a_variable_is_that_variables(before: str, line: int) -> None:
    found = DOCUMENT.index.at(at(MODEL, before) + len(before))
    assert found is not None
    assert found.text == "green"
    (declaration,) = definitions(DOCUMENT, found)
    assert DOCUMENT.source.position(declaration.span.start)[0] == line


def test_a_level_alone_is_declared_wherever_it_is() -> None:
    text = "A: {x, y}\nB: {x, y}\nC: binary\nC ~ bernoulli(if A == B then x else y)\n"
    document = Document(text)
    found = document.index.at(at(text, "x else"))
    assert found is not None
    assert [o.span.start for o in definitions(document, found)] == [at(text, "x"), at(text, "x", 1)]
    assert len(references(document, found)) == 3


def test_names_in_a_broken_statement_are_found() -> None:
    text = "X: binary\nY: binary\nY := if X == then  # X\n"
    document = Document(text)
    places = [o.span.start for o in document.index.of(Symbol(Kind.VARIABLE, "X"))]
    assert places == [0, at(text, "X", 1)]


def test_an_option_s_word_is_no_variable() -> None:
    text = "epsilon: binary\nI: image(1, 8, 8)\nmechanism I: diffusion(prediction=epsilon)\n"
    assert len(Document(text).index.of(Symbol(Kind.VARIABLE, "epsilon"))) == 1
    text = "gumbel: binary\nX: binary\nX ~ bernoulli(0.5 * gumbel, coupling=gumbel)\n"
    assert len(Document(text).index.of(Symbol(Kind.VARIABLE, "gumbel"))) == 2


def test_the_walk_reaches_every_field_that_holds_names() -> None:
    """A node class that the language gains is walked by its fields; none hides names in another container."""
    for kind in vars(ast).values():
        if isinstance(kind, type) and issubclass(kind, ast.Node):
            for field in fields(kind):
                assert not str(field.type).startswith(("dict", "list", "Mapping")), (kind, field.name)


def test_words_of_the_syntax_are_never_names() -> None:
    document = Document("\n".join(f"X := ({word}" for word in lexicon().words))
    assert {o.text for o in document.index.occurrences} <= {"X"}
