"""From a checked model to a plan: defaults with their reasons, projection, located refusals."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.mechanisms import MECHANISMS
from scmlang.neural.plan import NeuralPlan, SharedNoise
from tests.neural.strategies import admgs


def plan_of(text: str) -> NeuralPlan:
    return Compilation.from_text(text).plan


def problems(text: str) -> tuple[Diagnostic, ...]:
    compilation = Compilation.from_text(text)
    assert compilation.model is not None
    with pytest.raises(ScmError) as error:
        _ = compilation.plan
    return error.value.diagnostics


def underlined(problem: Diagnostic) -> str:
    assert problem.source is not None
    assert problem.span is not None
    return problem.source.text[problem.span.start : problem.span.end]


# --- defaults


DEFAULTS = """
model Defaults
X: {p, q}
A: real
Y: binary
Z: 0..999
W: 0..999
V: 0..9
I: image(1, 8, 8)
A -> Y
{Z, W} -> V
{X, Y} -> I
"""


@pytest.mark.parametrize(
    ("name", "mechanism", "reason"),
    [
        ("X", "table", "finite, with finite parents"),
        ("A", "mlp", "`table` needs finitely many levels, and `A` is real"),
        ("Y", "mlp", "`table` needs finite parents, and `A` is real"),
        ("V", "mlp", "its table would have 10,000,000 cells, more than 1,000,000"),
    ],
)
def test_every_domain_has_a_default_and_a_reason(name: str, mechanism: str, reason: str) -> None:
    label = plan_of(DEFAULTS).label(name)
    assert (label.mechanism, label.reason) == (mechanism, reason)


def test_images_get_a_diffusion_model() -> None:
    image = plan_of(DEFAULTS).image
    assert image is not None
    assert (image.mechanism, image.reason) == ("diffusion", "the default for images")
    assert image.parents == ("X", "Y")


def test_what_the_file_says_is_done() -> None:
    plan = plan_of(DEFAULTS + "mechanism X: mlp(hidden=[7], embedding=5)\nmechanism I: diffusion(layers=2)\n")
    label = plan.label("X")
    assert (label.mechanism, label.reason) == ("mlp", "as the file says")
    assert label.options == {"hidden": (7,), "embedding": 5, "shared": 0, "coupling": "monotone"}
    assert plan.image is not None
    assert plan.image.options == {"channels": (), "layers": 2}


def test_vectors_are_wider_than_the_levels_are_many() -> None:
    plan = plan_of(DEFAULTS)
    assert plan.label("X").embedding == 16
    assert plan.label("Z").embedding == 2000
    assert plan.label("A").embedding == 16


def test_every_option_is_complete() -> None:
    for label in plan_of(DEFAULTS).labels:
        assert set(label.options) == set(MECHANISMS[label.mechanism].options)


# --- confounding and projection


def test_cliques_share_one_noise() -> None:
    plan = plan_of(
        "model M\nX, Y, Z, W: binary\nX <-> Y\nY <-> Z\nX <-> Z\nZ <-> W\nmechanism W: table(shared=40)\n"
    )
    assert plan.shared == (SharedNoise(("X", "Y", "Z"), 16), SharedNoise(("W", "Z"), 40))
    assert [plan.label(name).shared for name in "XYZW"] == [(0,), (0,), (0, 1), (1,)]
    assert plan.components == (("X", "Y", "Z", "W"),)


def test_a_large_component_shares_what_can_be_enumerated() -> None:
    names = [f"V{i}" for i in range(14)]
    for count, states in ((2, 16), (4, 16), (5, 8), (7, 4), (13, 2)):
        links = "\n".join(f"{a} <-> {b}" for a, b in pairwise(names[:count]))
        plan = plan_of(f"model M\n{', '.join(names[:count])}: binary\n{links}\n")
        assert {noise.states for noise in plan.shared} == {states}
        assert {label.options["shared"] for label in plan.labels} == {states}


def test_noise_that_is_left_open_gets_the_room_that_the_rest_leaves() -> None:
    text = "model M\nX, Y, Z: binary\nX <-> Y\nY <-> Z\nmechanism X: table(shared=1024)\n"
    assert [noise.states for noise in plan_of(text).shared] == [1024, 4]


def test_latent_variables_are_projected() -> None:
    plan = plan_of(
        "model M\nX, Y, Z: binary\nlatent T, S: binary\nX -> T -> Y\nS -> {Y, Z}\nI: image(1, 4, 4)\nZ -> I\n"
    )
    assert [label.name for label in plan.labels] == ["X", "Y", "Z"]
    assert plan.label("Y").parents == ("X",)
    assert plan.shared == (SharedNoise(("Y", "Z"), 16),)


def test_a_real_cause_through_a_latent_variable_makes_the_default_a_perceptron() -> None:
    plan = plan_of("model M\nA: real\nX: binary\nlatent T: binary\nA -> T -> X\n")
    assert plan.label("X").mechanism == "mlp"
    assert plan.label("X").reason == "`table` needs finite parents, and `A` is real"


def test_a_table_too_large_with_its_shared_noise_is_no_default() -> None:
    plan = plan_of("model M\nX, Y, Z: 0..59\nX -> Z\nY -> Z\nX <-> Z\n")
    assert plan.label("Z").mechanism == "mlp"
    assert "3,456,000 cells" in plan.label("Z").reason


def test_causes_come_before_effects_in_any_order_of_declaration() -> None:
    plan = plan_of("model M\nX, Y, Z: binary\nZ -> Y -> X\n")
    assert [label.name for label in plan.labels] == ["Z", "Y", "X"]
    assert plan.descendants(frozenset({"Y"})) == {"Y", "X"}


@settings(max_examples=60, deadline=None)
@given(admgs(domains=("binary", "real", "0..3"), learned=False))
def test_plans_of_random_models_are_sound(text: str) -> None:
    compilation = Compilation.from_text(text)
    plan, diagram = compilation.plan, compilation.diagram
    seen: set[str] = set()
    for label in plan.labels:
        assert set(label.parents) == diagram.parents(label.name)
        assert seen.issuperset(label.parents)
        seen.add(label.name)
    assert {frozenset(noise.members) for noise in plan.shared} == set(diagram.cliques)
    assert {frozenset(component) for component in plan.components} == set(diagram.c_components)
    for i, noise in enumerate(plan.shared):
        assert {label.name for label in plan.labels if i in label.shared} == set(noise.members)


# --- refusals


def test_an_image_that_causes_something() -> None:
    (problem,) = problems("model M\nX, Y: binary\nI: image(1, 4, 4)\nX -> I\nI -> Y\n")
    assert (problem.code, underlined(problem)) == ("E170", "I -> Y")


def test_an_image_that_causes_through_a_latent_variable() -> None:
    (problem,) = problems(
        "model M\nX, Y: binary\nlatent T: binary\nI: image(1, 4, 4)\nX -> I\nI -> T\nT -> Y\n"
    )
    assert (problem.code, underlined(problem)) == ("E170", "I")


def test_a_confounded_image() -> None:
    (problem,) = problems("model M\nX: binary\nI: image(1, 4, 4)\nX -> I\nX <-> I\nmechanism I: diffusion\n")
    assert (problem.code, underlined(problem)) == ("E171", "X <-> I")
    (problem,) = problems("model M\nX, Y: binary\nlatent T: binary\nI: image(1, 4, 4)\nX -> I\nT -> {I, Y}\n")
    assert (problem.code, underlined(problem)) == ("E171", "I")


def test_two_images() -> None:
    (problem,) = problems("model M\nX: binary\nI: image(1, 4, 4)\nJ: image(1, 4, 4)\nX -> {I, J}\n")
    assert (problem.code, underlined(problem)) == ("E172", "J")


def test_a_known_mechanism() -> None:
    found = problems("model M\nX, Y: binary\nX ~ bernoulli(0.5)\nX -> Y\n")
    assert [(p.code, underlined(p)) for p in found] == [("E173", "X ~ bernoulli(0.5)")]


def test_shared_noise_with_too_many_states() -> None:
    text = "model M\nX, Y, Z: binary\nX <-> Y\nY <-> Z\nmechanism X, Y, Z: table(shared=70)\n"
    (problem,) = problems(text)
    assert problem.code == "E174"
    assert problem.message == "the noise shared by `X`, `Y`, `Z` has 4,900 joint states"
    assert underlined(problem) == "X"


def test_an_image_without_causes() -> None:
    (problem,) = problems("model M\nX: binary\nI: image(1, 4, 4)\n")
    assert (problem.code, underlined(problem)) == ("E175", "I")


def test_a_table_that_the_file_asks_for_and_that_does_not_fit() -> None:
    (problem,) = problems("model M\nA: real\nX: binary\nlatent T: binary\nA -> T -> X\nmechanism X: table\n")
    assert (problem.code, underlined(problem)) == ("E176", "X")
    assert "`A`" in problem.message
    (problem,) = problems("model M\nX, Y, Z: 0..59\nX -> Z\nY -> Z\nX <-> Z\nmechanism Z: table\n")
    assert (problem.code, underlined(problem)) == ("E176", "Z")


def test_all_problems_are_reported_together() -> None:
    text = "model M\nX, Y: binary\nI: image(1, 4, 4)\nJ: image(1, 4, 4)\nI -> Y\nX <-> J\n"
    assert {p.code for p in problems(text)} == {"E170", "E171", "E172", "E175"}


def test_a_model_that_observes_nothing() -> None:
    (problem,) = problems("model M\nlatent X: binary\n")
    assert problem.code == "E177"


def test_equations_of_latent_variables_are_not_dropped_in_silence() -> None:
    (problem,) = problems("model M\nlatent T: binary\nX: binary\nT ~ bernoulli(0.2)\nT -> X\n")
    assert (problem.code, underlined(problem)) == ("E173", "T ~ bernoulli(0.2)")


def test_a_mechanism_for_a_latent_variable_is_not_dropped_in_silence() -> None:
    (problem,) = problems("model M\nlatent T: binary\nX: binary\nT -> X\nmechanism T: table\n")
    assert (problem.code, underlined(problem)) == ("E176", "mechanism T: table")


def test_more_levels_than_can_be_embedded_are_refused() -> None:
    (problem,) = problems("X: 0..999999\nY: binary\nX -> Y\n")
    assert problem.code == "E176"
    assert problem.message == "`X` has 1,000,000 levels, and at most 4,095 are embedded"
    assert underlined(problem) == "X"
    assert plan_of("X: 0..4094\nY: binary\nX -> Y\n").label("X").embedding == 4096


def test_a_coupled_draw_is_known_and_not_learned() -> None:
    text = "X, Y, Z: binary\nX ~ bernoulli(0.5, coupling=gumbel)\nX -> Y -> Z\n"
    (problem,) = problems(text)
    assert problem.code == "E173"
    assert underlined(problem) == "X ~ bernoulli(0.5, coupling=gumbel)"


def test_a_learned_mechanism_has_the_coupling_that_is_written() -> None:
    text = "X, Y: binary\nX -> Y\nmechanism Y: table(coupling=gumbel)\n"
    assert plan_of(text).label("Y").options["coupling"] == "gumbel"
    assert plan_of(text).label("X").options["coupling"] == "monotone"
