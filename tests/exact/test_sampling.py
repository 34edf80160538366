"""Potential responses: the axioms of counterfactuals, and numbers known by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagnostics.base import ScmError
from scmlang.exact.noise import draw_noise
from scmlang.exact.sampling import Interventions, provenance, render, render_chunks, simulate
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel
from tests.exact.support import enumerate_noise, example, model_from, probability

FRONTDOOR = example("bar_mnist/frontdoor_truth.scm")
BACKDOOR = example("bar_mnist/backdoor_truth.scm")
STROKES = example("strokes/strokes_truth.scm")
TOY = example("toy_ascm.scm")

# --- the axioms (D. Galles, J. Pearl, "An axiomatic characterization of causal counterfactuals")

NAMES = ("A", "B", "C", "D")
FORMS = (
    "{v} := (U + {sum}) % 3",
    "{v} := if {sum} > 1 then U else {first}",
    "{v} ~ binomial(2, 0.1 + 0.1 * ({sum}))",
    "{v} ~ categorical([0.2, 0.05 * ({first}), 0.8 - 0.05 * ({first})])",
    "{v} ~ uniform(0..2)",
)


@dataclass(frozen=True)
class World:
    model: CausalModel
    do: dict[str, int]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A random model over four ternary variables, with a random intervention."""
    lines = ["model random", "exogenous U ~ uniform(0..2)", f"{', '.join(NAMES)}: 0..2"]
    for i, name in enumerate(NAMES):
        parents = draw(st.lists(st.sampled_from(NAMES[:i]), unique=True)) if i else []
        fill = {"v": name, "sum": " + ".join(parents) or "1", "first": parents[0] if parents else "1"}
        lines.append(draw(st.sampled_from(FORMS)).format(**fill))
    do = draw(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 2)))
    return World(model_from("\n".join(lines) + "\n"), do)


@settings(max_examples=40)
@given(worlds(), st.integers(0, 1000))
def test_effectiveness(world: World, seed: int) -> None:
    """X_x(u) = x."""
    values = simulate(world.model, draw_noise(world.model, 30, seed), world.do)
    for name, value in world.do.items():
        assert (values[name] == value).all()


@settings(max_examples=40)
@given(worlds(), st.integers(0, 1000), st.sampled_from(NAMES))
def test_composition(world: World, seed: int, name: str) -> None:
    """W_x(u) = w implies V_xw(u) = V_x(u), whatever W and V; with X empty this is consistency."""
    noise = draw_noise(world.model, 30, seed)
    before = simulate(world.model, noise, world.do)
    after = simulate(world.model, noise, {**world.do, name: before[name]})
    for variable in NAMES:
        np.testing.assert_array_equal(after[variable], before[variable])


@settings(max_examples=40)
@given(worlds(), st.integers(0, 1000))
def test_what_is_no_descendant_never_changes(world: World, seed: int) -> None:
    noise = draw_noise(world.model, 30, seed)
    before, after = simulate(world.model, noise), simulate(world.model, noise, world.do)
    reached = set(world.do)
    for name in world.model.topological_order:
        if reached & set(world.model.parents[name]):
            reached.add(name)
    for name in set(NAMES) - reached:
        np.testing.assert_array_equal(after[name], before[name])


@settings(max_examples=40)
@given(worlds(), st.integers(0, 1000), st.data())
def test_units_do_not_see_one_another(world: World, seed: int, data: st.DataObject) -> None:
    noise = draw_noise(world.model, 30, seed)
    rows = np.array(data.draw(st.lists(st.integers(0, 29), min_size=1)))
    alone, together = (
        simulate(world.model, noise.take(rows), world.do),
        simulate(world.model, noise, world.do),
    )
    for name in NAMES:
        np.testing.assert_array_equal(alone[name], together[name][rows])


# --- numbers known by hand

TABLE = """
0 0 0 0 0 0  0 .06
0 0 0 1 1 1  6 .06
0 0 1 0 0 1  5 .04
0 0 1 1 1 0  3 .04
0 1 0 0 1 0 11 .09
0 1 0 1 0 1  5 .09
0 1 1 0 1 1 14 .06
0 1 1 1 0 0  0 .06
1 0 0 0 0 0  3 .06
1 0 0 1 1 1  5 .06
1 0 1 0 0 1  6 .04
1 0 1 1 1 0  0 .04
1 1 0 0 1 0  8 .09
1 1 0 1 0 1  6 .09
1 1 1 0 1 1 13 .06
1 1 1 1 0 0  3 .06
"""  # U_I U_x U_y U_xy, X Y I, P


def test_every_row_of_the_toy_model() -> None:
    noise, weights = enumerate_noise(TOY)
    values = simulate(TOY, noise)
    columns = [values[name].tolist() for name in ("U_I", "U_x", "U_y", "U_xy", "X", "Y", "I")]
    rows = {tuple(row): weight for *row, weight in zip(*columns, weights.tolist(), strict=True)}
    expected = [line.split() for line in TABLE.strip().splitlines()]
    assert rows == {tuple(map(int, row[:7])): pytest.approx(float(row[7])) for row in expected}
    assert probability(values["I"] == 5, weights) == pytest.approx(0.19)


def test_the_toy_images_counterfactual_depends_on_the_unit() -> None:
    """Of the units with I = 5, do(X=1) takes some to 0110 and some to 1110."""
    noise, _ = enumerate_noise(TOY)
    before, after = simulate(TOY, noise), simulate(TOY, noise, {"X": 1})
    found = {(int(u), int(i)) for u, i in zip(before["U_x"], after["I"], strict=True)}
    assert set(after["I"][before["I"] == 5].tolist()) == {0b0110, 0b1110, 0b0101}
    assert {i >> 3 for u, i in found if u == 0} == {0}
    assert {i >> 3 for u, i in found if u == 1} == {1}


FRONTDOOR_FACTS = [
    ({}, ("D", 0), 0.2149),
    ({"D": 0}, None, 0.5167),
    ({}, ("C", 1), 0.4155),
    ({"C": 1}, None, 0.5096),
]


@pytest.mark.parametrize(("do", "given_", "expected"), FRONTDOOR_FACTS)
def test_the_front_door_worlds_bar_by_enumeration(
    do: dict[str, int], given_: tuple[str, int] | None, expected: float
) -> None:
    noise, weights = enumerate_noise(FRONTDOOR)
    values = simulate(FRONTDOOR, noise, do)
    condition = True if given_ is None else values[given_[0]] == given_[1]
    assert weights.sum() == pytest.approx(1)
    assert probability(values["B"] == 1, weights, condition) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("do", "given_", "expected"), FRONTDOOR_FACTS)
def test_the_front_door_worlds_bar_by_sampling(
    do: dict[str, int], given_: tuple[str, int] | None, expected: float
) -> None:
    values = simulate(FRONTDOOR, draw_noise(FRONTDOOR, 200_000, 11), do)
    bars = values["B"] if given_ is None else values["B"][values[given_[0]] == given_[1]]
    error = np.sqrt(expected * (1 - expected) / len(bars))
    assert bars.mean() == pytest.approx(expected, abs=4 * error)


def test_a_counterfactual_colour_follows_the_monotone_threshold() -> None:
    """C = 1 where u < .1(9.5 - D), so P(C_{D=8} = 1 | C = 1, D = 0) = .15 / .95."""
    noise, weights = enumerate_noise(FRONTDOOR)
    before, after = simulate(FRONTDOOR, noise), simulate(FRONTDOOR, noise, {"D": 8})
    factual = (before["C"] == 1) & (before["D"] == 0)
    assert probability(after["C"] == 1, weights, factual) == pytest.approx(0.15 / 0.95)


@pytest.mark.parametrize(("colour", "expected"), [(0, 0.75 * 0.95), (1, 0.75 * 0.55)])
def test_the_back_door_worlds_bar(colour: int, expected: float) -> None:
    noise, weights = enumerate_noise(BACKDOOR)
    assert probability(simulate(BACKDOOR, noise, {"C": colour})["B"] == 1, weights) == pytest.approx(expected)
    values = simulate(BACKDOOR, noise)
    adjusted = sum(
        0.1 * probability(values["B"] == 1, weights, (values["D"] == d) & (values["C"] == colour))
        for d in range(10)
    )
    assert adjusted == pytest.approx(expected)


def test_the_drawings_ink_is_confounded_with_their_shape() -> None:
    noise = draw_noise(STROKES, 100_000, 3)
    values, forced = simulate(STROKES, noise), simulate(STROKES, noise, {"S": "triangle"})
    bright = values["K"][values["S"] == 2] == 4
    assert bright.mean() == pytest.approx(1 / 3, abs=0.02)
    assert (forced["K"] == 4).mean() == pytest.approx(1 / 4, abs=0.01)
    assert forced["T"].mean() == pytest.approx(3.2, abs=0.01)
    assert forced["T"].std() == pytest.approx(0.25, abs=0.01)


# --- images


def test_the_counterfactual_image_keeps_its_digit() -> None:
    noise = draw_noise(FRONTDOOR, 50, 2, "test")
    before, after = simulate(FRONTDOOR, noise), simulate(FRONTDOOR, noise, {"C": "green"})
    real, true = (render(FRONTDOOR, "I", values, noise) for values in (before, after))
    np.testing.assert_array_equal(true[:, 1], real[:, :2].max(1))
    assert not true[:, 0].any()
    sources = [provenance(FRONTDOOR, "I", values, noise)["source"] for values in (before, after)]
    np.testing.assert_array_equal(*sources)


def test_chunks_make_up_the_whole() -> None:
    noise = draw_noise(STROKES, 5000, 2)
    values = simulate(STROKES, noise)
    chunks = list(render_chunks(STROKES, "I", values, noise))
    assert len(chunks) > 1
    np.testing.assert_array_equal(np.concatenate(chunks), render(STROKES, "I", values, noise))


def test_a_thicker_pen_keeps_the_drawing() -> None:
    noise = draw_noise(STROKES, 100, 4)
    before, after = simulate(STROKES, noise), simulate(STROKES, noise, {"T": 4.0})
    thin, thick = (render(STROKES, "I", values, noise) for values in (before, after))
    assert (thick >= thin).all()


# --- interventions


def test_levels_may_be_named_numbered_or_given_for_each_unit() -> None:
    noise = draw_noise(FRONTDOOR, 4, 0)
    for green in ("green", "1", 1, True, np.int64(1), np.array([1, 1, 1, 1])):
        assert simulate(FRONTDOOR, noise, {"C": green})["C"].tolist() == [1, 1, 1, 1]
    assert simulate(FRONTDOOR, noise, {"C": np.array([0, 1, 0, 1])})["C"].tolist() == [0, 1, 0, 1]
    assert simulate(FRONTDOOR, noise, {"T1": 1})["T1"].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["X", "U_d", "I"])
def test_what_cannot_be_intervened_on(name: str) -> None:
    with pytest.raises(ScmError, match=f"E111.*`{name}`"):
        simulate(FRONTDOOR, draw_noise(FRONTDOOR, 4, 0), {name: 1})


@pytest.mark.parametrize(
    "do",
    [{"D": 10}, {"D": -1}, {"D": 1.5}, {"C": "blue"}, {"D": np.array([0, 1, 2, 10])}, {"D": float("nan")}],
)
def test_values_outside_the_domain(do: Interventions) -> None:
    with pytest.raises(ScmError, match="E112"):
        simulate(FRONTDOOR, draw_noise(FRONTDOOR, 4, 0), do)


def test_an_equation_without_a_value_is_located() -> None:
    infinite = "exp(exp(9 * abs(A)))"
    model = model_from(f"model m\nA, L: real\nA ~ normal(0, 1)\nL := {infinite} - {infinite}\n")
    with pytest.raises(ScmError, match=r"E113.*`L` gives nan") as error:
        simulate(model, draw_noise(model, 100, 0))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.span is not None
    assert model.source.text[diagnostic.span.start : diagnostic.span.end].startswith("L := exp")


@pytest.mark.parametrize("model", [FRONTDOOR, STROKES, TOY], ids=lambda model: model.name)
def test_columns_have_the_documented_types(model: CausalModel) -> None:
    values = simulate(model, draw_noise(model, 10, 0))
    for name, column in values.items():
        finite = isinstance(model.variables[name].domain, Finite)
        assert column.dtype == (np.int64 if finite else np.float64), name
        assert column.shape == (10,)
    assert set(values) == {v.name for v in model.variables.values() if not v.is_image}
