"""The Pygments lexer: found by name, faithful to the text, and of one mind with the parser's lexer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark
from pygments.lexers import get_lexer_by_name, guess_lexer_for_filename
from pygments.lexers.lisp import SchemeLexer
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    Whitespace,
    _TokenType,
)

from scmlang.highlight import ScmlangLexer
from scmlang.syntax.lexicon import lexicon
from scmlang.syntax.parser import FILE, QUERY, grammar_text

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.scm"))
WORDS = lexicon()
PIECES = (*WORDS.words, "X", "orange", "model_1", "12", "0.5", ".5e-3", "1e9", "->", "<->", "<-", ":=", "..")
PIECES = (*PIECES, "**", "//", "<=", "==", "=", "|", "~", ":", ",", ";", "(", ")", "{", "}", "[", "]", "#é\n")

texts = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


def coloured(text: str) -> Iterator[tuple[int, _TokenType, str]]:
    return ScmlangLexer().get_tokens_unprocessed(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_have_no_error_tokens(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = list(coloured(text))
    assert "".join(value for _, _, value in tokens) == text
    assert [value for _, kind, value in tokens if kind in Error] == []


@given(st.text())
def test_no_character_is_lost(text: str) -> None:
    assert "".join(value for _, _, value in coloured(text)) == text


LARK = Lark(grammar_text(), parser=None, lexer="basic", start=[FILE, QUERY])
CLASSES = {
    "INTEGER": Number.Integer,
    "DECIMAL": Number.Float,
    "TRUE": Keyword.Constant,
    "FALSE": Keyword.Constant,
    **dict.fromkeys(("AND", "OR", "XOR", "NOT"), Operator.Word),
}


def expected(kind: str, value: str) -> tuple[_TokenType, ...]:
    """The classes that a terminal of the grammar may have."""
    if kind == "NAME":
        return Name, Name.Function, Keyword.Type
    if kind in CLASSES:
        return (CLASSES[kind],)
    if value.isalpha():
        return (Keyword.Declaration if value in WORDS.statements else Keyword,)
    return (Punctuation if value in WORDS.punctuation else Operator,)


@given(texts)
def test_it_agrees_with_the_parsers_lexer(text: str) -> None:
    ours = {
        at: (kind, value) for at, kind, value in coloured(text) if kind not in (Whitespace, Comment.Single)
    }
    theirs = {t.start_pos: (t.type, str(t)) for t in LARK.lex(text) if t != "\n"}
    assert {at: value for at, (_, value) in ours.items()} == {at: value for at, (_, value) in theirs.items()}
    for at, (kind, value) in theirs.items():
        assert ours[at][0] in expected(kind, value), value


def test_pygments_finds_it_by_its_alias() -> None:
    assert isinstance(get_lexer_by_name("scmlang"), ScmlangLexer)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_model_is_told_from_scheme(path: Path) -> None:
    assert isinstance(guess_lexer_for_filename(path.name, path.read_text(encoding="utf-8")), ScmlangLexer)


@pytest.mark.parametrize(
    "text",
    ["(define (f x) (* x x))\n", "; a comment\n(f)\n", "#!r6rs\n(import (rnrs))\n", "#lang racket\nX\n", ""],
)
def test_scheme_stays_scheme(text: str) -> None:
    assert isinstance(guess_lexer_for_filename("a.scm", text), SchemeLexer)


def test_the_words_are_the_grammars() -> None:
    from scmlang.syntax.build import KEYWORDS

    assert set(WORDS.statements) <= KEYWORDS
    assert set(WORDS.operators) | set(WORDS.constants) | {"if", "then", "else"} <= KEYWORDS
    assert set(WORDS.words) >= KEYWORDS
    assert len(set(WORDS.words)) == len(WORDS.words)
