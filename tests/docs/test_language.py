"""The reference of the language: it quotes the whole grammar, and what it says of it is so."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from scmlang.compiler import Compilation
from scmlang.semantics.draws import USAGE
from scmlang.semantics.errors import CODES
from scmlang.semantics.expressions import FUNCTIONS, OPERATORS
from scmlang.syntax.build import KEYWORDS
from scmlang.syntax.parser import grammar_text
from tests.classics.worlds import Worlds
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
    assert filled(stale) == filled(PAGE)
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
    assert set(re.findall(r"\b[EW]\d{3}\b", PAGE)) <= set(CODES) | {"E173", "W170"}


# --- tables

MODEL = """\
X, M, Y, Z, W: binary
D: 0..9
C: {red, green}
I: image(3, 28, 28)
Z -> {X, Y}
X -> {M, Y}
M -> Y
W -> D -> C
{D, C} -> I
"""


def cells(section: str) -> list[str]:
    """What is in code in the first column of the tables of a section that are written by hand."""
    text = re.search(rf"^## {section}\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert text
    written = re.sub(r"<!-- generated.*?<!-- end -->", "", text[1], flags=re.DOTALL)
    first = [row.replace("\\|", "\0").split("|")[1].replace("\0", "|") for row in _rows(written)]
    return [code for cell in first for code in re.findall(r"`([^`]+)`", cell)]


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_the_tables_are_found() -> None:
    assert all(len(cells(name)) >= 5 for name in ("Queries", "Assertions", "Domains", "Distributions"))


@pytest.mark.parametrize("query", cells("Queries"))
def test_queries_of_the_tables_are_queries(query: str) -> None:
    Compilation.from_text(MODEL).query(query)


@pytest.mark.parametrize("assertion", [cell for cell in cells("Assertions") if " " in cell])
def test_assertions_of_the_table_are_assertions(assertion: str) -> None:
    assert len(Compilation.from_text(f"{MODEL}{assertion}\n").model.assertions) == 1


@pytest.mark.parametrize("domain", cells("Domains"))
def test_domains_of_the_table_are_domains(domain: str) -> None:
    assert str(Compilation.from_text(f"V: {domain}\n").model.variables["V"].domain) == domain


@pytest.mark.parametrize("drawn", cells("Distributions"))
def test_distributions_of_the_table_are_distributions(drawn: str) -> None:
    constants = "; ".join(f"let {name} = {value}" for name, value in CONSTANTS.items())
    domain = "real" if drawn in ("uniform(a, b)", "normal(m, s)") else "0..5"
    domain = {"bernoulli(p)": "binary", "categorical([p0, p1, p2])": "0..2"}.get(drawn, domain)
    assert Compilation.from_text(f"{constants}; V: {domain}; V ~ {drawn}").model.is_fully_specified


CONSTANTS = {"p": 0.5, "p0": 0.2, "p1": 0.3, "p2": 0.5, "a": 0, "b": 1, "n": 4, "m": 0, "s": 1}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("not 1 == 0", 1),
        ("1 or 1 xor 1", 1),
        ("1 xor 1 and 0", 1),
        ("-3 ** 2", -9),
        ("2 ** 3 ** 2", 512),
        ("7 - 2 - 1", 4),
        ("8 / 2 / 2", 2),
        ("2 + 3 * 4", 14),
        ("-7 // 2", -4),
        ("7 % -2", -1),
        ("round(2.5)", 2),
        ("sign(-3)", -1),
        ("clip(7, 0, 5)", 5),
        ("if 0 then 1 else 2 + 3", 5),
        ("sigmoid(0)", 0.5),
    ],
)
def test_operators_bind_and_compute_as_the_page_says(written: str, value: float) -> None:
    worlds = Worlds(Compilation.from_text(f"V: real; V := {written}; U: binary; U ~ bernoulli(0.5)").model)
    assert worlds.actual["V"].tolist() == [value, value]
