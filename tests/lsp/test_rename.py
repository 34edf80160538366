"""Renaming: everything at once, nothing else, and never into a mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scmlang.lsp.document import Document
from scmlang.lsp.edits import apply
from scmlang.lsp.index import Kind
from scmlang.lsp.rename import Refused, renamable, rename
from scmlang.syntax.build import KEYWORDS
from tests.lsp.support import EXAMPLES, MODEL, at, marked

DOCUMENT = Document(MODEL)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_renamed_example_is_the_same_model(path: Path) -> None:
    """Renaming there and back is the identity, and in between the diagram is the same one."""
    text = path.read_text(encoding="utf-8")
    document = Document(text, path.name)
    before = document.model
    assert before is not None
    for symbol in document.index.symbols(*Kind):
        first = document.index.of(symbol)[0].span.start
        renamed = Document(apply(text, rename(document, first, "fresh_name")), path.name)
        assert [p for p in renamed.problems if p.code.startswith("E")] == [], symbol
        after = renamed.model
        assert after is not None
        back = {"fresh_name": symbol.name}
        edges = {tuple(back.get(name, name) for name in edge) for edge in after.edges}
        assert edges == set(before.edges)
        again = renamed.index.of(renamed.index.at(first).symbol)[0].span.start  # type: ignore[union-attr, arg-type]
        assert apply(renamed.text, rename(renamed, again, symbol.name)) == text


def test_every_occurrence_and_no_comment() -> None:
    edits = rename(DOCUMENT, at(MODEL, "U ~"), "V")
    text = apply(MODEL, edits)
    assert len(edits) == 2
    assert "exogenous V ~ bernoulli(0.5)   # U is hidden" in text
    assert "if V then" in text


def test_names_inside_other_names_stay() -> None:
    document, cursor = marked("|X: binary\nXX: binary\nX -> XX\n")
    assert apply(document.text, rename(document, cursor, "A")) == "A: binary\nXX: binary\nA -> XX\n"


def test_a_level_is_renamed_in_every_domain_that_has_it() -> None:
    """In the language a level name has one meaning, so one domain's alone would change equations."""
    text = apply(MODEL, rename(DOCUMENT, at(MODEL, "green"), "blue"))
    assert not re.search(r"\bgreen\b", text)
    assert Document(text).problems == ()


def test_a_broken_statement_is_renamed_too() -> None:
    document, cursor = marked("|X: binary\nY: binary\nY := if X ==\n")
    assert apply(document.text, rename(document, cursor, "A")) == "A: binary\nY: binary\nY := if A ==\n"


def test_the_same_name_is_no_change() -> None:
    assert rename(DOCUMENT, at(MODEL, "X"), "X") == ()


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_keywords_are_refused(word: str) -> None:
    with pytest.raises(Refused, match="keyword"):
        rename(DOCUMENT, at(MODEL, "X,"), word)


@pytest.mark.parametrize("name", ["", "1x", "_x", "a b", "a-b", "é", "x\n", "x😀"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="is no name"):
        rename(DOCUMENT, at(MODEL, "X,"), name)


@pytest.mark.parametrize(
    ("target", "name", "kind"),
    [
        ("X,", "Y", "variable"),
        ("X,", "U", "variable"),
        ("X,", "p", "constant"),
        ("X,", "red", "level"),
        ("green", "red", "level"),
        ("green", "C", "variable"),
        ("p =", "X", "variable"),
        ("q =", "r", "query"),
    ],
)
def test_a_taken_name_is_refused(target: str, name: str, kind: str) -> None:
    with pytest.raises(Refused, match=f"`{name}` is taken: there is a {kind}"):
        rename(DOCUMENT, at(MODEL, target), name)


def test_a_query_may_have_the_name_of_a_variable() -> None:
    text = apply(MODEL, rename(DOCUMENT, at(MODEL, "q ="), "X"))
    assert "query X = P(" in text
    assert Document(text).problems == ()


@pytest.mark.parametrize("target", ["bernoulli", "binary", "mlp", "hidden=", "P(Y"])
def test_words_of_the_language_are_refused(target: str) -> None:
    with pytest.raises(Refused, match="only what the file declares"):
        renamable(DOCUMENT, at(MODEL, target))


def test_where_there_is_no_name_it_says_so() -> None:
    with pytest.raises(Refused, match="no name here"):
        renamable(DOCUMENT, at(MODEL, "# U is") + 3)
    with pytest.raises(Refused, match="nothing declares"):
        renamable(Document("X: binary\nX -> Nothing\n"), at("X: binary\nX -> Nothing\n", "Nothing"))
