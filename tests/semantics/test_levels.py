"""A level of one variable is no value of another."""

from __future__ import annotations

import pytest

from scmlang.diagnostics import ScmError
from scmlang.diagnostics.base import Severity
from tests.semantics.fakes import check_text

HEAD = (
    "C: {red, green}\nT, S: {low, middle, high}\nP: {low, middle}\nD: 0..9\nX, Y: binary\n"
    "A: real\nI: image(3, 8, 8)\n"
)
WRONG = [
    ("Y := D == red", "`red` is one of the levels {red, green}"),
    ("Y := X == green", "`green`"),
    ("Y := high == D", "`high`"),
    ("Y := A < middle", "`middle`"),
    ("Y := (D + 1) == red", "`red`"),
    ("D := red", "`D` has the domain 0..9"),
    ("Y := if X then green else red", "`Y` has the domain binary"),
    ("A := high", "`A` has the domain real"),
    ("C := T", "the levels {low, middle, high}"),
    ("T := C", "the levels {red, green}"),
    ("P := T", "the levels {low, middle, high}"),
    ("T := if X then C else low", ""),
    ("Y ~ table(X) { (0): [1, 0]  (green): [0, 1] }", "`X` has the domain binary"),
    ("Y ~ table(X) { (0): [red, green]  (1): [0, 1] }", "a probability is a number"),
    ("Y ~ bernoulli(green)", "an argument of `bernoulli` is a number"),
    ("A ~ normal(red, 1)", "an argument of `normal` is a number"),
    ("I ~ disc(size=green)", "`size` of `disc`"),
]
RIGHT = [
    "Y := C == red",
    "Y := red != C",
    "Y := C == 1",
    "Y := T >= middle",
    "Y := (if X then C else red) == green",
    "C := if X then red else green",
    "C := 1",
    "T := S",
    "T := P",
    "T := if X then S else high",
    "D := C",
    "D := 3 * C + T",
    "Y := C",
    "Y := T == S",
    "Y ~ table(C, X) { (red, 0): [1, 0]  (green, 0): [1, 0]  (0, 1): [0, 1]  (1, 1): [0, 1] }",
    "Y ~ bernoulli(if C == red then 0.2 else 0.7)",
    "let favourite = green\nY := C == favourite",
    "I ~ disc(size=C)",
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_level_of_another_variable_is_refused(text: str, words: str) -> None:
    with pytest.raises(ScmError) as error:
        check_text(HEAD + text)
    (problem,) = (d for d in error.value.diagnostics if d.severity is Severity.ERROR)
    assert problem.code in ("E030", "E010")
    assert words in problem.message
    assert problem.helps


@pytest.mark.parametrize("text", RIGHT)
def test_levels_and_numbers_where_they_belong(text: str) -> None:
    assert check_text(HEAD + text).model.name == "test"
