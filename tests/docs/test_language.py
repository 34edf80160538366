"""The reference of the language: it quotes the whole grammar, and what it says of it is so."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from scmlang.semantics.draws import USAGE
from scmlang.semantics.errors import CODES
from scmlang.semantics.expressions import FUNCTIONS, OPERATORS
from scmlang.syntax.build import KEYWORDS
from scmlang.syntax.parser import grammar_text
from tests.docs.markdown import ROOT, blocks
from tools.language import definitions, excerpt, filled, quoted

PATH = ROOT / "docs" / "language.md"
PAGE = PATH.read_text(encoding="utf-8")
STATEMENTS = re.findall(r"-> (\w+)$", excerpt("statement", grammar_text()), re.MULTILINE)


def test_every_rule_and_terminal_is_quoted_once() -> None:
    whole = Counter(word for word in quoted(PAGE) if "." not in word)
    assert whole == Counter(definitions(grammar_text()).keys())


def test_every_statement_has_a_section() -> None:
    alternatives = [word.partition(".")[2] for word in quoted(PAGE) if word.startswith("statement.")]
    assert sorted(alternatives) == sorted(set(STATEMENTS) - {"model_name"})


def test_what_is_quoted_is_the_grammar() -> None:
    grammar = {re.sub(r"\s+", " ", line) for line in grammar_text().splitlines()}
    for block in blocks("lark"):
        assert block.path == PATH
        for line in block.text.splitlines():
            squeezed = re.sub(r"\s+", " ", line)
            assert squeezed in grammar or any(entry.endswith(squeezed) for entry in grammar), line


def test_a_changed_grammar_is_seen() -> None:
    stale = PAGE.replace('"model" name  ', '"modell" name ')
    assert stale != PAGE
    assert filled(stale) == PAGE
    with pytest.raises(KeyError):
        filled(PAGE.replace("```lark statement.assertion", "```lark statement.claim"))
    with pytest.raises(ValueError, match="defines nothing"):
        definitions("    | stray\n")


def test_keywords_functions_operators_and_distributions_are_all_there() -> None:
    listed = re.search(r"These words are no names:\n\n {4}(.+)\n", PAGE)
    assert listed
    assert listed[1].split() == sorted(KEYWORDS)
    named = set(re.findall(r"`(\w+)\(", PAGE))
    assert set(FUNCTIONS) | set(USAGE) <= named
    written = {"neg", "if", "vector", "index"}
    assert [sign for sign in OPERATORS if sign not in written and sign not in PAGE] == []


def test_codes_are_codes_of_the_language() -> None:
    assert set(re.findall(r"\b[EW]\d{3}\b", PAGE)) <= set(CODES) | {"E173"}
