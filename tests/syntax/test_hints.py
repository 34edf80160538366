"""Every mistake that hints.txt lists is known by its own entry, and told where it is."""

from __future__ import annotations

import re
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics import Diagnostic, InternalError, ScmError
from scmlang.source import Source
from scmlang.syntax.characters import named
from scmlang.syntax.hints import Hint, hint, hints, parse_hints
from scmlang.syntax.lalr import NoNodes, Rejected
from scmlang.syntax.parser import FILE, QUERY, _driver, parse, parse_query

EXAMPLES = [(FILE, text, known) for known in hints() for text in known.statements]
EXAMPLES += [(QUERY, text, known) for known in hints() for text in known.queries]


def reported(text: str, start: str = FILE) -> Diagnostic:
    source = Source("t.scm", text)
    with pytest.raises(ScmError) as error:
        (parse if start == FILE else parse_query)(source)
    return error.value.diagnostics[0]


def fits(said: str, template: str) -> bool:
    """Whether ``said`` is ``template`` with anything in place of its words."""
    parts = re.split(r"\0", Template(template).safe_substitute(_Anything()))
    return re.fullmatch(".*".join(map(re.escape, parts)), said, re.DOTALL) is not None


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "\0"


@pytest.mark.parametrize(("start", "text", "known"), EXAMPLES, ids=[text for _, text, _ in EXAMPLES])
def test_an_example_is_told_by_its_entry(start: str, text: str, known: Hint) -> None:
    diagnostic = reported(text, start)
    assert fits(diagnostic.message, known.message)
    assert fits(diagnostic.helps[0], known.help)
    assert known.code in ("", diagnostic.code)
    assert diagnostic.span is not None
    assert 0 <= diagnostic.span.start < diagnostic.span.end <= len(text)
    assert text[diagnostic.span.start : diagnostic.span.end].strip()


def test_every_entry_has_an_example() -> None:
    assert [known.message for known in hints() if not known.statements and not known.queries] == []


def test_what_is_said_is_a_sentence_with_a_remedy() -> None:
    for known in hints():
        assert not known.message.endswith(".")
        assert known.message[0].islower() or known.message[0] in "`$"
        assert known.help
        assert (known.message + known.help).count("`") % 2 == 0


@pytest.mark.parametrize(
    ("text", "help", "underlined"),
    [
        ("query edit = I_{X=1, Z=0} | I", "write `I[X=1, Z=0]`", "{X=1, Z=0}"),
        (
            "Y = X and Z  # why",
            "write `Y := X and Z` for an equation, or `let Y = X and Z` for a constant",
            "=",
        ),
        ("A, B <- C", "write `{A, B} <- C`", "A, B"),
        ("X --> Y", "write `->` instead of `-->`", "-->"),
        ("X: 1-6", "write `1..6`", "-6"),
        ("query q = P(Y | do X=1, Z=2)", "write `do(X=1, Z=2)`", "X=1, Z=2"),
        ('X: {"red", "green"}', "write `red`", '"red"'),
        ("X: [0, 1]", "write `0..1` for whole numbers, or `real`", "[0, 1]"),
        ("my.var: binary", "write `my_var`", ".var"),
    ],
)
def test_the_remedy_has_the_users_words(text: str, help: str, underlined: str) -> None:
    for before in ("", "A: binary\n\t", "# 漢é\r\n", "A: binary;"):
        diagnostic = reported(before + text)
        assert diagnostic.helps == (help,)
        assert diagnostic.span is not None
        assert (before + text)[diagnostic.span.start : diagnostic.span.end] == underlined


@pytest.mark.parametrize(
    ("text", "help", "underlined"),
    [
        ("X → Y", "write `->`", "→"),
        ("X ← Y", "write `<-`", "←"),
        ("X ↔ Y", "write `<->`", "↔"),
        ("Y := X ≤ 3", "write `<=`", "≤"),
        ("Y := X ∧ Z", "write `and`", "∧"),
        ("Y := ¬X", "write `not`", "¬"),
        ("Y := X − 1", "write `-`", "−"),
        ("Y := X²", "write `** 2`", "²"),
        ("Y：binary", "write `:`", "："),
        ("α: binary", "write `alpha`", "α"),
        ("X -> βX_1", "write `betaX_1`", "βX_1"),
        ("λ := 1", "write `lambda`", "λ"),
        ("Ω: binary", "write `Omega`", "Ω"),
        ("let café = 1", "write `cafe`", "café"),
        ("let cafe\u0301s = 1", "write `cafes`", "cafe\u0301s"),
        ("X₁ -> Y", "write `X1`", "X₁"),
        (
            "\u0421: binary",
            "write it with those letters; there is `\u0421` (cyrillic capital letter es) in it",
            "\u0421",
        ),
        ("X\u00a0-> Y", "write an ordinary space", "\u00a0"),
        ("X\u200b -> Y", "delete it", "\u200b"),
        ("X \x00 -> Y", "delete it", "\x00"),
    ],
)
def test_characters_of_other_alphabets(text: str, help: str, underlined: str) -> None:
    diagnostic = reported(text)
    assert diagnostic.code == "E004"
    assert diagnostic.helps == (help,)
    assert diagnostic.span is not None
    assert text[diagnostic.span.start : diagnostic.span.end] == underlined


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), st.integers(0, 7))
def test_any_character_is_named_or_not(text: str, at: int) -> None:
    found = named(text, at)
    if found is not None:
        assert 0 <= found[2].start <= at < found[2].end <= len(text)


@given(st.text(alphabet="XY01 =:~->{}[](),|.#\"'_&!<\n;é→", max_size=30), st.sampled_from([FILE, QUERY]))
def test_any_text_is_told_inside_its_statement(text: str, start: str) -> None:
    try:
        _driver().run(text, start, NoNodes())
    except Rejected:
        diagnostic = reported(text, start)
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span.start < diagnostic.span.end <= len(text) + 1
        assert diagnostic.helps or diagnostic.code in ("E006", "E007")


@pytest.mark.parametrize(
    "before", ["X" * 5000, " " * 5000, "(" * 400, "X, " * 2000, "1" * 5000, "a = " * 1000]
)
def test_only_what_is_near_is_looked_at(before: str) -> None:
    """No pattern sees more than some hundred characters, so none can take long."""
    assert hint(before + "&&" + before, len(before)) is not None


@pytest.mark.parametrize("text", ["< a\n@ b\n> c", "< a\n< b\n@ b\n> c\n= d", "a\n@ b\n> c\n= d"])
def test_broken_hints_are_refused(text: str) -> None:
    with pytest.raises(InternalError, match=re.escape("hints.txt")):
        list(parse_hints(text))
