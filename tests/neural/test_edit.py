"""The counterfactual edit of images, and the answers made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scmlang.neural.columns import numpy_columns, shown, tensor_labels
from scmlang.neural.edit import Edit, EditOptions, counterfactual_edit
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.query import STATUS, Subject, edit_subjects
from tests.neural.support import SCENE, model_of, random_images, random_labels, randomise
from tests.neural.test_losses import PAPER

N = 4
FAST = EditOptions(steps=4)


def edit(
    model: NeuralCausalModel, do: dict[str, Tensor], options: EditOptions = FAST, labels: dict | None = None
) -> Edit:
    assert model.plan.image
    images = random_images(model.plan.image.domain.shape, N)
    return counterfactual_edit(model, images, labels or random_labels(model.plan, N), do, options)


def scene(text: str = SCENE, seed: int = 0) -> NeuralCausalModel:
    return randomise(model_of(text), seed)


@settings(max_examples=8, deadline=None)
@given(st.sets(st.sampled_from(["D", "C", "B", "A"])), st.integers(0, 100))
def test_the_factual_intervention_gives_back_the_image(names: set[str], seed: int) -> None:
    model = scene(seed=seed)
    labels = random_labels(model.plan, N)
    found = edit(model, {name: labels[name] for name in names}, replace(FAST, seed=seed))
    assert torch.equal(found.edited, found.reconstruction)
    assert (found.edited - found.images).abs().max() < 1e-4
    assert all(torch.equal(found.counterfactual[name], labels[name]) for name in labels)


def test_an_intervention_changes_the_image_and_its_descendants_only() -> None:
    model = scene()
    labels = random_labels(model.plan, N)
    found = edit(model, {"C": 1 - labels["C"]})
    assert torch.equal(found.counterfactual["D"], labels["D"])
    assert torch.equal(found.counterfactual["C"], 1 - labels["C"])
    assert (found.edited - found.reconstruction).abs().flatten(1).max(1).values.min() > 1e-4
    assert (found.counterfactual["A"] - labels["A"]).abs().min() > 0


def test_an_intervention_on_a_label_the_image_does_not_show_leaves_the_image() -> None:
    model = scene()
    labels = random_labels(model.plan, N)
    found = edit(model, {"B": 1 - labels["B"]})
    assert torch.equal(found.edited, found.reconstruction)


def test_the_same_seed_gives_the_same_picture() -> None:
    model = scene()
    do = {"D": torch.full((N,), 3)}
    pictures = []
    for seed in (1, 1, 2):
        torch.manual_seed(len(pictures))
        pictures.append(edit(model, do, replace(FAST, seed=seed)).edited)
    first, again, other = pictures
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("inversion", ["edit_friendly", "ledits++", "ddim"])
def test_rows_that_do_not_change_are_copied(inversion: str) -> None:
    model = scene()
    labels = random_labels(model.plan, N)
    do = labels["C"].clone()
    do[2] = 1 - do[2]
    found = edit(model, {"C": do}, replace(FAST, inversion=inversion))
    kept = torch.tensor([True, True, False, True])
    assert torch.equal(found.edited[kept], found.reconstruction[kept])
    assert (found.edited[2] - found.reconstruction[2]).abs().max() > 1e-4
    assert torch.equal(found.reconstruction, found.images) == (inversion != "ddim")


@pytest.mark.parametrize(("scale", "calls"), [(1.0, 1 + 1), (3.0, 1 + 2)])
def test_the_network_sees_what_changes_and_no_more(
    scale: float, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Per step and changed row: once to invert, once to replay, once more under guidance."""
    model = scene(SCENE.replace("D -> C", "C"))  # so that nothing follows D
    assert model.generator
    seen: list[int] = []
    forward = model.generator.backbone.forward
    monkeypatch.setattr(
        model.generator.backbone, "forward", lambda *x: (seen.append(len(x[0])), forward(*x))[1]
    )
    labels = random_labels(model.plan, N)
    do = labels["D"].clone()
    do[:2] = (do[:2] + 1) % 4
    options = replace(FAST, guidance={"D": scale, "C": 5.0, "A": 5.0}, interval=(0.0, 1.0))
    edit(model, {"D": do}, options, labels)
    assert sum(seen) == 2 * FAST.steps * calls


def test_the_noise_of_a_picture_does_not_depend_on_the_others() -> None:
    """What is not inverted is drawn for all the same."""
    model = scene()
    labels = random_labels(model.plan, N)
    one, all_ = labels["C"].clone(), 1 - labels["C"]
    one[3] = 1 - one[3]
    alone, among = edit(model, {"C": one}), edit(model, {"C": all_})
    torch.testing.assert_close(alone.edited[3], among.edited[3], atol=1e-4, rtol=0)


def test_guidance_outside_its_interval_is_none() -> None:
    model = scene()
    labels = random_labels(model.plan, N)
    do = {"C": 1 - labels["C"]}
    strong = replace(FAST, guidance={"C": 4.0})
    plain, never, late = (
        edit(model, do, options).edited
        for options in (FAST, replace(strong, interval=(2.0, 3.0)), replace(strong, interval=(0.9, 1.0)))
    )
    assert torch.equal(plain, never)
    assert (plain - late).abs().max() > 1e-4


def test_half_precision_gives_nearly_the_same_picture() -> None:
    model = scene()
    labels = random_labels(model.plan, N)
    do = {"C": 1 - labels["C"]}
    whole, half = edit(model, do), edit(model, do, replace(FAST, bfloat16=True))
    assert half.edited.dtype == torch.float32
    assert torch.equal(half.reconstruction, half.images)
    assert 0 < (whole.edited - half.edited).abs().mean() < 0.02


def test_guidance_acts_where_the_value_changed_only() -> None:
    model = scene()
    labels = random_labels(model.plan, N)
    do = labels["C"].clone()
    do[0] = 1 - do[0]
    plain = edit(model, {"C": do})
    guided = edit(model, {"C": do}, replace(FAST, guidance={"C": 4.0, "D": 4.0, "B": 4.0}))
    assert (guided.edited[0] - plain.edited[0]).abs().max() > 1e-4
    torch.testing.assert_close(guided.edited[1:], plain.edited[1:], atol=1e-4, rtol=0)


def test_the_deterministic_inversion_can_be_asked_for() -> None:
    model = scene()
    options = replace(FAST, inversion="ddim", steps=20)
    found = edit(model, {}, options)
    again = edit(model, {}, replace(options, seed=9))
    assert torch.equal(found.edited, again.edited)
    assert not torch.equal(found.edited, edit(model, {}, replace(options, inversion="edit_friendly")).edited)


def test_batches_do_not_change_what_is_deterministic() -> None:
    model = scene()
    options = replace(FAST, inversion="ddim")
    do = {"D": torch.full((N,), 2)}
    whole = edit(model, do, options).edited
    torch.testing.assert_close(edit(model, do, replace(options, batch=3)).edited, whole, atol=1e-4, rtol=0)


def test_networks_that_see_the_image_do_not_pass_interventions_on() -> None:
    """The failing that the paper's label mechanisms have, kept faithfully: do(D) never reaches C."""
    model = scene(PAPER)
    labels = random_labels(model.plan, N)
    found = edit(model, {"D": (labels["D"] + 1) % 4})
    for name in ("C", "B"):
        assert torch.equal(found.counterfactual[name], labels[name])


def test_a_model_without_an_image_edits_nothing() -> None:
    model = model_of("model M\nX: binary\n")
    with pytest.raises(ValueError, match="no image"):
        counterfactual_edit(model, torch.zeros(1, 1, 2, 2), {"X": torch.zeros(1)}, {}, FAST)


# --- answers


def subject(known: dict[str, float], number: int = 0) -> Subject:
    pixels = np.random.default_rng(number).integers(0, 256, (1, 8, 8), np.uint8)
    return Subject(f"{number}.png", pixels, known)


KNOWN = {"D": 2.0, "C": 0.0, "B": 1.0, "A": 0.25}


def test_an_answer_says_what_was_given_and_what_was_recognised() -> None:
    model = scene()
    answer = edit_subjects(model, [subject(KNOWN), subject({"D": 1.0}, 1)], {"C": 1}, FAST, "do(C=green)", 2)
    first, second = answer.images
    assert (answer.query, answer.status, answer.samples) == ("do(C=green)", STATUS, 2)
    assert first.factual == {"D": 2, "C": "red", "B": 1, "A": 0.25}
    assert first.confidence == {}
    assert set(second.confidence) == {"C", "B", "A"}
    assert 0.5 <= second.confidence["C"] <= 1
    assert all(draw["C"] == "green" and draw["D"] == 2 for draw in first.counterfactual)
    assert len(first.counterfactual_images) == 2
    assert first.reconstruction_l1 < 1e-2
    np.testing.assert_array_equal(first.reconstruction, first.factual_image)


def test_draws_of_the_posterior_differ_and_the_first_is_that_of_one_draw() -> None:
    model = scene()
    many = edit_subjects(model, [subject(KNOWN)], {"C": 1}, FAST, "q", 3).images[0]
    one = edit_subjects(model, [subject(KNOWN)], {"C": 1}, FAST, "q", 1).images[0]
    np.testing.assert_array_equal(many.counterfactual_images[0], one.counterfactual_images[0])
    assert (many.counterfactual_images[0] != many.counterfactual_images[1]).any()


def test_recognition_reads_the_networks_that_see_the_image() -> None:
    model = scene(PAPER)
    answer = edit_subjects(model, [subject({})], {"C": 1}, FAST, "q").images[0]
    image = torch.from_numpy(answer.factual_image)[None].float() / 127.5 - 1
    with torch.no_grad():
        logits = model.mechanism("D").logits({}, torch.zeros(1, 0, dtype=torch.int64), image)
    assert answer.factual["D"] == int(logits.argmax())
    assert answer.confidence["D"] == pytest.approx(float(logits.softmax(1).max()))


def test_columns_round_trip_and_are_shown_as_people_write_them() -> None:
    plan = model_of("model M\nX: 3..6\nY: {a, b}\nA: real\n").plan
    columns = {"X": np.array([3, 6]), "Y": np.array([0, 1]), "A": np.array([0.5, -2.0])}
    labels = tensor_labels(plan, columns)
    assert labels["X"].tolist() == [0, 3]
    back = numpy_columns(plan, labels)
    assert all(np.array_equal(back[name], columns[name]) for name in columns)
    assert [shown(plan.label(n), labels[n][1]) for n in ("X", "Y", "A")] == [6, "b", -2.0]
