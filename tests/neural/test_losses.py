"""The training loss: which gradients flow where, and label swapping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from scmlang.neural.losses import Batch, LossWeights, TrainingObjective, blurred, swap_labels
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.recognition import recognition_loss
from scmlang.neural.schedule import draw_times
from tests.neural.support import SCENE, TINY, model_of, random_images, random_labels, randomise

WEIGHTS = LossWeights(
    diffusion=1.0,
    reconstruction=1.0,
    classification=1.0,
    level=1.0,
    likelihood=1.0,
    kl=1e-3,
    prior=1.0,
    recognition=1.0,
    effect=0.5,
    swap=0.5,
    dropout=0.1,
    noise_bias=1.0,
    recogniser_noise=0.1,
)
ONLY = replace(
    WEIGHTS,
    diffusion=0,
    reconstruction=0,
    classification=0,
    level=0,
    likelihood=0,
    kl=0,
    prior=0,
    recognition=0,
    effect=0,
)
N = 8


def batch_of(model: NeuralCausalModel, n: int = N, seed: int = 0) -> Batch:
    labels = random_labels(model.plan, n, seed)
    images = None
    if model.plan.image:
        images = random_images(model.plan.image.domain.shape, n, seed)
    reading = images if model.reads_image else None
    return Batch(images, labels, torch.ones(n), labels, reading)


def gradients(
    model: NeuralCausalModel, weights: LossWeights, swapping: bool = True
) -> tuple[Tensor, dict[str, Tensor]]:
    torch.manual_seed(1)
    model.zero_grad()
    loss, terms = TrainingObjective(model, weights)(batch_of(model), swapping, 1.0)
    loss.backward()
    return loss.detach(), terms


def touched(parameters: Iterable[nn.Parameter]) -> bool:
    return any(p.grad is not None and bool(p.grad.abs().max() > 0) for p in parameters)


def test_the_loss_is_the_weighted_sum_of_its_terms() -> None:
    model = model_of(SCENE)
    loss, terms = gradients(model, WEIGHTS)
    wanted = sum(getattr(WEIGHTS, name) * value for name, value in terms.items())
    torch.testing.assert_close(loss, wanted)
    assert set(terms) == {
        "reconstruction", "classification", "level", "likelihood", "kl", "recognition", "effect", "diffusion"
    }  # fmt: skip
    assert all(torch.isfinite(value) for value in terms.values())


def test_every_parameter_learns_something() -> None:
    model = model_of(SCENE)
    gradients(model, WEIGHTS)
    idle = [name for name, p in model.named_parameters() if p.grad is None]
    assert idle == []


def test_no_swapping_before_its_time() -> None:
    model = model_of(SCENE)
    assert "effect" not in gradients(model, WEIGHTS, swapping=False)[1]
    assert "effect" not in gradients(model, replace(WEIGHTS, swap=0.0))[1]


def test_the_effect_term_teaches_the_generator_and_not_the_recogniser() -> None:
    model = model_of(SCENE)
    gradients(model, replace(ONLY, effect=1.0))
    assert model.generator is not None
    assert model.recogniser is not None
    assert touched(model.generator.backbone.parameters())
    assert not touched(model.recogniser.parameters())


def test_the_recognition_term_teaches_the_recogniser_and_nothing_else() -> None:
    model = model_of(SCENE)
    gradients(model, replace(ONLY, recognition=1.0))
    assert model.recogniser is not None
    assert touched(model.recogniser.parameters())
    others = [p for name, p in model.named_parameters() if not name.startswith("recogniser.")]
    assert not touched(others)


def test_no_gradient_passes_through_the_swapped_image() -> None:
    """With every row swapped, z of the true image reaches the diffusion term through I' alone.

    So the encoder must learn from its second use, on I', and the generator's input gradients must be those
    of a step in which I' is a constant.
    """
    model = model_of(SCENE)
    generator = model.generator
    assert generator is not None
    seen: list[Tensor] = []
    encode = generator.encode

    def spy(image: Tensor, condition: Tensor):
        seen.append(image)
        return encode(image, condition)

    generator.encode = spy  # type: ignore[method-assign]
    gradients(model, replace(ONLY, diffusion=1.0, swap=1.0))
    first, second = seen
    assert not first.requires_grad
    assert not second.requires_grad
    assert not torch.equal(first, second)


def test_the_recogniser_is_trained_on_the_labels_that_are_true() -> None:
    model = model_of(SCENE)
    assert model.recogniser is not None
    batch = batch_of(model)
    _, terms = gradients(model, replace(WEIGHTS, recogniser_noise=0.0))
    assert batch.images is not None
    wanted = recognition_loss(model.recogniser(batch.images), model.standardised(batch.labels))
    torch.testing.assert_close(terms["recognition"], wanted.detach())


def test_recognition_weights_are_a_weighted_mean() -> None:
    outputs = {"X": torch.randn(4, 3), "A": torch.randn(4, 1)}
    targets = {"X": torch.tensor([0, 1, 2, 0]), "A": torch.randn(4)}
    weight = torch.tensor([2.0, 0.0, 1.0, 1.0])
    rows = torch.stack(
        [
            recognition_loss(
                {k: v[i : i + 1] for k, v in outputs.items()}, {k: v[i : i + 1] for k, v in targets.items()}
            )
            for i in range(4)
        ]
    )
    torch.testing.assert_close(recognition_loss(outputs, targets, weight), (rows * weight).mean())
    torch.testing.assert_close(recognition_loss(outputs, targets), rows.mean())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 40))
def test_swapped_labels_stay_in_their_domains_and_touch_parents_only(seed: int, n: int) -> None:
    model = model_of(SCENE)
    labels = random_labels(model.plan, n, seed)
    torch.manual_seed(seed)
    swapped = swap_labels(model, labels, ("D", "C", "A"))
    assert torch.equal(swapped["B"], labels["B"])
    assert swapped["D"].min() >= 0
    assert swapped["D"].max() < 4
    assert swapped["C"].max() < 2
    assert set(swapped["A"].tolist()) <= set(labels["A"].tolist())
    assert all(torch.equal(labels[name], random_labels(model.plan, n, seed)[name]) for name in labels)


def test_every_row_has_a_label_drawn_anew() -> None:
    """With a thousand levels a fresh draw is nearly always another level, so a row unchanged shows."""
    model = model_of(
        "model M\nX, Y: 0..999\nI: image(1, 8, 8)\n{X, Y} -> I\nmechanism X, Y: mlp(hidden=[4])\n"
    )
    labels = random_labels(model.plan, 4000)
    torch.manual_seed(0)
    swapped = swap_labels(model, labels, ("X", "Y"))
    changed = torch.stack([swapped[name] != labels[name] for name in ("X", "Y")])
    assert float(changed.any(0).float().mean()) > 0.99
    assert 0.5 < float(changed[0].float().mean()) < 0.8


def test_times_have_the_density_that_is_promised() -> None:
    """t = T·u^b has distribution function (t/T)^(1/b)."""
    torch.manual_seed(0)
    for bias in (0.5, 1.0, 2.0):
        t = draw_times(40_000, 100, bias)
        assert t.min() >= 0
        assert t.max() <= 99
        assert abs(float((t < 30).float().mean()) - 0.3 ** (1 / bias)) < 0.01


def test_blur_is_bounded_and_absent_at_zero() -> None:
    images = random_images((1, 8, 8), 64)
    assert torch.equal(blurred(images, 0.0), images)
    assert float((blurred(images, 0.5) - images).std()) < 0.5


def test_a_model_without_a_code_trains() -> None:
    model = model_of(SCENE, replace(TINY, code_channels=0))
    loss, terms = gradients(model, replace(WEIGHTS, swap=0.0))
    assert torch.isfinite(loss)
    assert float(terms["kl"]) == 0
    assert model.generator is not None
    assert model.generator.encoder is None


PAPER = SCENE + "mechanism D, C, B: cnn(hidden=[4])\n"


def test_label_networks_that_see_the_image_learn_from_the_likelihood() -> None:
    model = model_of(PAPER)
    gradients(model, replace(ONLY, likelihood=1.0))
    for name in ("D", "C", "B", "A"):
        assert touched(model.mechanism(name).parameters())
    assert not touched(model.shared.parameters())


def test_label_networks_that_see_the_image_cannot_be_sampled() -> None:
    model = model_of(PAPER)
    assert model.reads_image == ("D", "C", "B")
    with pytest.raises(ValueError, match="reads the image"):
        model.sample_labels(2, {}, torch.Generator())


def test_a_model_without_an_image_has_label_terms_only() -> None:
    model = randomise(model_of("model M\nX, Y: binary\nX -> Y\n"))
    _, terms = gradients(model, WEIGHTS)
    assert set(terms) == {"reconstruction", "classification", "level", "likelihood"}
