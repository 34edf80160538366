"""Whatever is checked and assigned can be built, trained and asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scmlang.mechanisms import MECHANISMS
from scmlang.mechanisms.base import LabelType
from scmlang.mechanisms.build import build_model
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.losses import TrainingObjective
from tests.neural.strategies import NAMES, admgs
from tests.neural.support import TINY, model_of, plan_of, random_images, random_labels
from tests.neural.test_losses import WEIGHTS, batch_of

ODD = (
    "model Odd\nV: real\nW: {a, b, c}\nV <-> W\nV -> W\nI: image(1, 27, 31)\n{V, W} -> I\n"
    "mechanism W: mlp(hidden=[3])\n"
)


@st.composite
def scenes(draw: st.DrawFn) -> str:
    labels = draw(admgs(domains=("binary", "real", "{a, b, c}", "5..9"), learned=False))
    names = [name for name in NAMES if f"\n{name}: " in labels]
    parents = draw(st.sets(st.sampled_from(names), min_size=1))
    channels = draw(st.sampled_from([1, 3]))
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return f"{labels}I: image({channels}, {height}, {width})\n{{{', '.join(sorted(parents))}}} -> I\n"


@example(ODD, 0)
@settings(max_examples=15, deadline=None)
@given(scenes(), st.integers(0, 100))
def test_any_checked_model_is_built_trained_and_asked(text: str, seed: int) -> None:
    model = model_of(text, seed=seed).train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    batch = batch_of(model, 4, seed)
    for _ in range(2):
        loss, terms = TrainingObjective(model, WEIGHTS)(batch, True, 1.0)
        assert torch.isfinite(loss), terms
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert model.plan.image
    model.eval()
    labels = random_labels(model.plan, 3, seed)
    moved = random_labels(model.plan, 3, seed + 1)
    name = model.plan.labels[seed % len(model.plan.labels)].name
    images = random_images(model.plan.image.domain.shape, 3, seed)
    found = counterfactual_edit(model, images, labels, {name: moved[name]}, EditOptions(steps=2))
    assert (found.reconstruction - images).abs().max() < 1e-4
    assert torch.equal(found.counterfactual[name], moved[name])
    assert found.edited.isfinite().all()


def test_initial_weights_follow_the_global_seed() -> None:
    first, again, other = (model_of(ODD, seed=s).state_dict() for s in (0, 0, 1))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_every_label_type_in_the_registry_builds() -> None:
    for name in MECHANISMS:
        if isinstance(MECHANISMS[name], LabelType):
            text = f"model M\nX: {{a, b, c}}\nI: image(1, 8, 8)\nX -> I\nmechanism X: {name}\n"
            model = model_of(text)
            value = torch.arange(3)
            image = random_images((1, 8, 8), 3)
            assert model.log_likelihood({"X": value}, image).shape == (3,)


def test_an_image_type_builds_no_label() -> None:
    plan = plan_of(ODD)
    wrong = replace(plan, labels=(replace(plan.labels[0], mechanism="diffusion"), *plan.labels[1:]))
    with pytest.raises(TypeError, match="diffusion"):
        build_model(wrong, TINY)
