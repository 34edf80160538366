"""The library of classics: each is what its comment says it is, by means other than the compiler's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scmlang.compiler import Compilation
from scmlang.exact.engine import answer
from scmlang.semantics.assertions import Comparison, Identifiability, Independence
from scmlang.semantics.quantities import show_quantity
from tests.classics.worlds import Worlds
from tests.diagram.test_separation import separated_by_definition

FOLDER = Path(__file__).parents[2] / "examples" / "classics"
FILES = sorted(FOLDER.glob("*.scm"))
NAMES = (
    *("back_door", "bow", "front_door", "instrument", "m_bias"),
    *("mediation", "napkin", "simpson", "verma"),
)
each = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def compiled(path: Path) -> Compilation:
    return Compilation.from_file(path)


def test_the_library_is_complete() -> None:
    assert [path.stem for path in FILES] == sorted(NAMES)


@each
def test_it_checks(path: Path) -> None:
    compilation = compiled(path)
    assert compilation.warnings == ()
    assert compilation.failures == ()


@each
def test_it_says_what_it_shows_and_where_it_is_from(path: Path) -> None:
    comment = re.match(r"(#.*\n)+", path.read_text(encoding="utf-8"))
    assert comment
    assert re.search(r"[A-Z]\. [A-Z]\w+.* \((19|20)\d\d\), \"[^\"]+\"", comment[0].replace("\n# ", " "))
    assert len(comment[0].split()) > 60


@each
def test_its_independences_follow_from_the_definition(path: Path) -> None:
    compilation = compiled(path)
    claims = [a for a in compilation.model.assertions if isinstance(a.claim, Independence)]
    assert claims
    for assertion in claims:
        claim = assertion.claim
        assert isinstance(claim, Independence)
        left, right, given = ({v.variable for v in side} for side in (claim.left, claim.right, claim.given))
        separated = separated_by_definition(compilation.diagram, left, right, given)
        assert separated is not assertion.negated, assertion.text


@each
def test_its_dependences_are_in_its_numbers_too(path: Path) -> None:
    """The diagram says that a dependence is possible; in a fully specified model it has to be there."""
    model = compiled(path).model
    if not model.is_fully_specified:
        return
    worlds = Worlds(model)
    for assertion in model.assertions:
        if isinstance(assertion.claim, Independence):
            claim = assertion.claim
            sides = [[v.variable for v in side] for side in (claim.left, claim.right, claim.given)]
            assert worlds.independent(*sides) is not assertion.negated, assertion.text


@each
def test_its_numbers_are_those_of_an_enumeration(path: Path) -> None:
    model = compiled(path).model
    if not model.is_fully_specified:
        return
    claims = [a for a in model.assertions if isinstance(a.claim, Comparison)]
    assert len(claims) > 3
    worlds = Worlds(model)
    for assertion in claims:
        assert isinstance(assertion.claim, Comparison)
        assert worlds.holds(assertion.claim), assertion.text
        for quantity in assertion.claim.quantities:
            assert answer(model, quantity).value == pytest.approx(worlds.value(quantity), abs=1e-12)


def test_a_wrong_number_is_seen() -> None:
    text = (
        (FOLDER / "mediation.scm")
        .read_text(encoding="utf-8")
        .replace("NIE(X, Y) == 0.035", "NIE(X, Y) == 0.036")
    )
    model = Compilation.from_text(text).model
    worlds = Worlds(model)
    wrong = [
        a.text for a in model.assertions if isinstance(a.claim, Comparison) and not worlds.holds(a.claim)
    ]
    assert wrong == ["assert NIE(X, Y) == 0.036"]


@each
def test_it_says_whether_its_effect_is_identifiable(path: Path) -> None:
    """That these are so is shown in test_identification.py."""
    from tests.classics.test_identification import IDENTIFIABLE

    model = compiled(path).model
    found = {
        (path.stem, show_quantity(a.claim.quantity, model.variables)): not a.negated
        for a in model.assertions
        if isinstance(a.claim, Identifiability)
    }
    assert found
    assert found == {key: value for key, value in IDENTIFIABLE.items() if key[0] == path.stem}
