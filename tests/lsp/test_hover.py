"""What is said of a name."""

from __future__ import annotations

import re

import pytest

from scmlang.data.renderers import RENDERERS
from scmlang.lsp import words
from scmlang.lsp.document import Document
from scmlang.lsp.hover import hover
from scmlang.mechanisms import MECHANISMS
from scmlang.semantics.draws import USAGE
from scmlang.semantics.effects import EFFECTS
from scmlang.semantics.expressions import FUNCTIONS
from scmlang.semantics.model import Coupling
from scmlang.semantics.signatures import Option
from scmlang.semantics.terms import PREDICATES
from scmlang.syntax.lexicon import lexicon
from tests.lsp.support import MODEL, at, marked

DOCUMENT = Document(MODEL)


def said(target: str, count: int = 0) -> str:
    found = hover(DOCUMENT, at(MODEL, target, count))
    assert found is not None
    return found.markdown


def test_a_variable_says_its_domain_role_family_and_statements() -> None:
    text = said("C :=")
    assert "observed variable `C` in `{red, green}`" in text
    assert "parents: `U`" in text
    assert "children: `X`, `E`" in text
    assert "C: {red, green}\nC := if U then green else red" in text
    found = hover(DOCUMENT, at(MODEL, "C :="))
    assert found is not None
    assert DOCUMENT.written(found.span) == "C"


def test_a_learned_variable_says_its_mechanism() -> None:
    assert "mechanism Y: mlp(hidden=[8])" in said("Y", 1)


def test_an_exogenous_variable_says_its_distribution() -> None:
    assert "exogenous variable `U`" in said("U ~")
    assert "exogenous U ~ bernoulli(0.5)" in said("U then")


def test_confounding_is_said() -> None:
    document, cursor = marked("X: binary\nY: binary\n|X <-> Y\n")
    found = hover(document, cursor)
    assert found is not None
    assert "confounded with: `Y`" in found.markdown


def test_a_level_says_whose_it_is_and_its_number() -> None:
    assert said("green") == "level `green` of `C`, number 1"
    assert said("red", 2) == "level `red` of `C`, number 0"


def test_constants_queries_and_the_model() -> None:
    assert "let p = 0.25" in said("p)")
    assert "query q = P(Y=1 | do(C=green), D=2)" in said("q =")
    assert "model `Small`" in said("Small")


def test_words_of_the_language() -> None:
    assert "level 1 with probability p" in said("bernoulli")
    assert "hidden" in said("mlp")
    assert said("hidden=").startswith("option `hidden` of `mlp`")
    assert "bit" not in said("binary")
    assert "probability" in said("P(")
    assert said("mechanism").startswith("`mechanism`")


def test_the_coupling_of_a_draw() -> None:
    document, cursor = marked("X: binary\nX ~ bernoulli(0.5, |coupling=gumbel)\n")
    found = hover(document, cursor)
    assert found is not None
    assert all(f"`{coupling.value}`" in found.markdown for coupling in Coupling)


def test_a_renderer_and_its_parameters() -> None:
    text = "I: image(3, 28, 28)\nD: 0..9\nI ~ bar_mnist(digit=D, colour=0, bar=0)\n"
    document = Document(text)
    renderer, parameter = hover(document, at(text, "bar_mnist")), hover(document, at(text, "digit"))
    assert renderer is not None
    assert all(f"`{name}`" in renderer.markdown for name in RENDERERS["bar_mnist"].parameters)
    assert parameter is not None
    assert parameter.markdown.startswith("parameter `digit` of `bar_mnist`: 0..9")


NOWHERE = ("# X|y\n", "|", "X -> |  Y", "# model|", "X: binary\nX := unknown|", "X: 0..|1")


@pytest.mark.parametrize("text", NOWHERE)
def test_nothing_is_said_of_nothing(text: str) -> None:
    document, cursor = marked(text)
    assert hover(document, cursor) is None


def test_mistakes_elsewhere_do_not_silence_it() -> None:
    document, cursor = marked("X: binary\n|Y: binary\nX -> Y\nZ -> \n")
    found = hover(document, cursor)
    assert found is not None
    assert "parents: `X`" in found.markdown


def test_a_variable_of_no_model_says_how_it_is_written() -> None:
    document, cursor = marked("|X: 5..1\n")
    found = hover(document, cursor)
    assert found is not None
    assert found.markdown == "variable `X`\n\n```scmlang\nX: 5..1\n```"


def test_a_fence_in_a_comment_does_not_end_the_code() -> None:
    document, cursor = marked("|X: {a, # ```\nb}\n")
    found = hover(document, cursor)
    assert found is not None
    assert found.markdown.endswith("````scmlang\nX: {a, # ```\nb}\n````")


# --- the tables of words are those of the language


def test_every_function_is_described() -> None:
    assert words.FUNCTIONS.keys() == FUNCTIONS.keys()


def test_every_keyword_is_described() -> None:
    assert words.KEYWORDS.keys() == set(lexicon().words)


def test_every_distribution_and_quantity_is_described() -> None:
    assert words.DISTRIBUTIONS.keys() == {*USAGE, "table"}
    assert words.QUANTITIES.keys() == {"P", "E", *EFFECTS, *PREDICATES}


def test_every_domain_is_described_and_no_other() -> None:
    for name in words.DOMAINS:
        assert "E014" not in {problem.code for problem in Document(f"X: {name}\n").problems}
    (problem,) = Document("X: nothing_like_it\n").problems
    assert problem.code == "E014"
    listed = set(re.findall(r"`([a-z]+)", " ".join(problem.helps)))
    assert listed == set(words.DOMAINS)


@pytest.mark.parametrize("name", MECHANISMS.names())
def test_every_mechanism_type_says_its_options(name: str) -> None:
    text = words.describe_mechanism(name)
    assert "no description" not in text
    assert all(f"`{option}`" in text for option in MECHANISMS[name].options)


@pytest.mark.parametrize("name", RENDERERS.names())
def test_every_renderer_says_its_parameters(name: str) -> None:
    text = words.describe_renderer(name)
    assert "no description" not in text
    assert all(f"`{parameter}`" in text for parameter in RENDERERS[name].parameters)


def test_an_option_says_its_bounds_choices_and_default() -> None:
    assert (
        words.sentence(Option("int", 3, 1, 9, help="how many")) == "how many (int from 1 to 9; default `3`)"
    )
    assert (
        words.sentence(Option("str", "a", choices=("a", "b"))) == "no description (`a` or `b`; default `a`)"
    )
    assert words.sentence(Option("bool", True, help="h")) == "h (bool; default `true`)"
    assert words.sentence(Option("ints", (1, 2), help="h")) == "h (ints; default `[1, 2]`)"
