"""Answers as people see them, in each of the shapes that an answer has."""

from __future__ import annotations

from fractions import Fraction
from html.parser import HTMLParser

import pytest

from scmlang.answers import Answer, answer_exactly
from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.sampled import answer_model
from scmlang.views.answer import chart
from tests.cli.process import EXAMPLES

TOY = Compilation.from_file(EXAMPLES / "toy_ascm.scm").model
FRONTDOOR = Compilation.from_file(EXAMPLES / "bar_mnist" / "frontdoor_truth.scm").model


class Cells(HTMLParser):
    """The texts in the cells of a table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1].append(data)


def test_one_number_is_one_bar() -> None:
    found = answer_exactly(TOY, "P(I[X=1]=6 | I=5)", exact=True)
    (bar,) = found.plot().bars
    assert (bar.value, bar.text, bar.whisker) == (4 / 19, "4/19", None)
    number, how, rests = str(found).splitlines()
    assert (number, how) == ("P(I[X=1]=6 | I=5) = 4/19", "exact, by variable elimination")
    assert rests.startswith("not identified: ")
    assert str(found) == repr(found)
    assert "<br>not identified: " in found._repr_html_()
    assert "<code>P(I[X=1]=6 | I=5)</code> = 4/19" in found._repr_html_()


def test_a_table_as_html() -> None:
    found = answer_exactly(TOY, "P(X | Y)", exact=True)
    head, *rows = Cells(found._repr_html_()).rows
    assert head == ["X", "Y", "p"]
    assert rows == [["0", "0", "12/25"], ["0", "1", "13/25"], ["1", "0", "13/25"], ["1", "1", "12/25"]]


def test_factual_beside_interventional() -> None:
    picture = answer_exactly(FRONTDOOR, "do(C=1)").plot()
    assert [series.name for series in picture.series] == ["factual", "do(C=green)"]
    assert [panel.heading for panel in picture.panels] == ["D", "C", "B"]
    (absent, present) = picture.panels[2].groups
    assert (absent.label, present.label) == ("absent", "present")
    assert [bar.value for bar in present.bars] == pytest.approx([0.54572, 0.5096])


@pytest.mark.parametrize(
    ("text", "series", "groups"),
    [
        ("P(X)", ["p"], ["X=0", "X=1"]),
        ("P(I | X)", ["X=0", "X=1"], [f"I={i}" for i in range(16)]),
        ("P(X | I[X=1])", ["X=0", "X=1"], [f"I[X=1]={i}" for i in range(16)]),
        ("P(Y | do(X))", ["Y=0", "Y=1"], ["do(X=0)", "do(X=1)"]),
        ("E(I | X)", ["value"], ["X=0", "X=1"]),
    ],
)
def test_the_variable_of_few_levels_has_the_colours(text: str, series: list[str], groups: list[str]) -> None:
    found = answer_exactly(TOY, text)
    picture = found.plot()
    assert [s.name for s in picture.series] == series
    (panel,) = picture.panels
    assert [group.label for group in panel.groups] == groups


@pytest.mark.parametrize("text", ["P(I | X)", "P(X | I)", "P(Y | do(X))", "P(X, Y, U_x)"])
def test_every_cell_is_drawn_under_its_own_names(text: str) -> None:
    found = answer_exactly(TOY, text)
    picture = found.plot()
    by_names = {
        frozenset((*group.label.split(", "), series.name)): bar.value
        for group in picture.panels[0].groups
        for series, bar in zip(picture.series, group.bars, strict=True)
    }
    for *levels, p in found.rows:
        events = [f"{n}={v}".replace("do(X)=", "do(X=") for n, v in zip(found.columns, levels, strict=False)]
        events = [event + ")" if event.startswith("do(") else event for event in events]
        assert by_names[frozenset(events)] == p


def test_standard_errors_are_whiskers() -> None:
    columns, rows = ("Y", "p", "standard_error"), (("0", 0.4, 0.02), ("1", None, None))
    found = Answer("P(Y)", "estimated", "likelihood weighting", None, columns, rows)
    known, undefined = found.plot().bars
    assert known.whisker == pytest.approx((0.4 - 1.96 * 0.02, 0.4 + 1.96 * 0.02))
    assert (undefined.value, undefined.text, undefined.whisker) == (None, "undefined", None)
    assert found.plot().notes == ("estimated, by likelihood weighting", "whiskers are 95 % intervals")
    one = Answer("P(Y=0)", "estimated", "likelihood weighting", 0.4, standard_error=0.02)
    assert one.plot().bars == [known]


def test_bounds_are_a_whisker_alone() -> None:
    found = Answer("P(Y[X=1]=1 | X=0)", "bounded", "linear programmes", None, bounds=(0.25, 0.5))
    (bar,) = found.plot().bars
    assert (bar.value, bar.text, bar.whisker) == (None, "[0.25, 0.5]", (0.25, 0.5))
    assert str(found) == "P(Y[X=1]=1 | X=0) in [0.25, 0.5]\nbounded, by linear programmes"


def test_means_stand_apart_from_probabilities() -> None:
    text = "X: binary\nD: real\nX ~ bernoulli(0.5)\nD ~ normal(40 + 10 * X, 1)\n"
    found = answer_model(Compilation.from_text(text).model, "do(X=1)", units=1000)
    finite, real = found.plot().panels
    assert (finite.heading, finite.apart, real.heading, real.apart) == ("X", False, "D", True)
    certain = finite.groups[1].bars[1]
    assert (certain.text, certain.whisker) == ("1", None)
    factual, other = real.bars
    assert factual.whisker is not None
    assert factual.whisker[0] < 45 < factual.whisker[1]
    assert other.value == pytest.approx(50, abs=0.2)


def test_long_fractions_are_drawn_as_numbers() -> None:
    found = Answer("P(Y=0)", "exact", "variable elimination", Fraction(1, 3) ** 20)
    assert found.plot().bars[0].text == "2.868e-10"


@pytest.mark.parametrize("value", [Fraction(10) ** 400, -1e305, 5e-324, 0])
def test_numbers_out_of_all_proportion_are_written(value: Fraction | float) -> None:
    picture = Answer("E(Y)", "exact", "variable elimination", value).plot()
    assert picture.bars[0].text in picture.svg


def test_variables_may_be_called_as_columns_are() -> None:
    columns = ("variable", "level", "factual", "interventional", "p")
    rows = (("0", "0", "0", "0", 0.25), ("0", "0", "0", "1", 0.75))
    found = Answer("P(variable, level, factual, interventional)", "exact", "…", None, columns, rows)
    assert [bar.value for bar in found.plot().bars] == [0.25, 0.75]


def test_refusals() -> None:
    with pytest.raises(ScmError, match="E290"):
        chart(Answer("P(Y)", "identified", "ID", None))
    rows = tuple((str(i), 0.5) for i in range(401))
    with pytest.raises(ScmError, match="E291"):
        chart(Answer("P(Y)", "exact", "variable elimination", None, ("Y", "p"), rows))
    with pytest.raises(TypeError, match="no single number"):
        float(answer_exactly(TOY, "P(X)"))
