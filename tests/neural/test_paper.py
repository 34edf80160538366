"""The parts of the paper's model: its network, its vectors, its noise."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from diffusers.models.attention_processor import Attention

from scmlang.neural.backbone import BackboneShape, CrossAttentionUNet2D
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.labels import CategoricalRecognition
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.train.recipe import Recipe
from scmlang.train.settings import loss_weights
from tests.neural.support import SCENE, TINY, model_of, random_images, random_labels
from tests.neural.test_losses import gradients, touched

PAPER = SCENE + "mechanism D, C: cnn(hidden=[4])\n"
SETTINGS = replace(TINY, backbone="unet2d_cross_attention", attention=True, code_channels=0)
N = 5


@pytest.fixture(scope="module")
def model() -> NeuralCausalModel:
    return model_of(PAPER, SETTINGS)


def test_the_network_has_the_papers_size() -> None:
    """107M parameters, and 17 attention layers of which one sees the labels."""
    with torch.device("meta"):
        network = CrossAttentionUNet2D(BackboneShape(3, 3, (28, 28), (128, 256, 512, 512), 2, True))
    assert sum(part.numel() for part in network.parameters()) // 10**6 == 107
    layers = [part for part in network.modules() if isinstance(part, Attention)]
    assert len(layers) == 17
    assert sum(layer.is_cross_attention for layer in layers) == 1


def test_the_network_hears_of_the_labels() -> None:
    torch.manual_seed(0)
    network = CrossAttentionUNet2D(BackboneShape(3, 3, (8, 8), (8, 16), 1, True))
    sample, t = torch.randn(1, 3, 8, 8), torch.tensor([500])
    one, other = (network(sample, t, torch.randn(1, network.condition_width)) for _ in range(2))
    assert one.shape == sample.shape
    assert not torch.allclose(one, other)


def test_v_is_what_the_label_network_says_of_the_image(model: NeuralCausalModel) -> None:
    images, labels = random_images((1, 8, 8), N), random_labels(model.plan, N)
    vectors = model.vectors(labels, images)
    for name, levels in (("D", 4), ("C", 2)):
        network = model.mechanism(name)
        assert isinstance(network, CategoricalRecognition)
        torch.testing.assert_close(vectors[name], network.network(images))
        assert vectors[name].shape == (N, levels)
    torch.testing.assert_close(vectors["A"], model.autoencoder("A").decode(labels["A"]))


def test_an_intervention_decodes_the_new_level_and_leaves_the_rest_as_it_was_read(
    model: NeuralCausalModel,
) -> None:
    images, labels = random_images((1, 8, 8), N), random_labels(model.plan, N)
    world = {**labels, "D": torch.full((N,), 2)}
    factual = model.vectors(labels, images)
    moved = model.moved(factual, labels, world)
    same = labels["D"] == 2
    assert torch.equal(moved["D"][same], factual["D"][same])
    decoded = model.autoencoder("D").decode(torch.tensor([2]))[0]
    assert all(torch.equal(row, decoded) for row in moved["D"][~same])
    assert torch.equal(moved["C"], factual["C"])


def test_denoising_teaches_the_label_networks() -> None:
    """The paper trains end to end: they are not classifiers alone."""
    loss = dict.fromkeys(Recipe().loss.model_dump(), 0.0) | {"diffusion": 1.0}
    recipe = Recipe.model_validate({"loss": loss, "code": {"channels": 0}})
    model = model_of(PAPER, SETTINGS)
    gradients(model, loss_weights(recipe))
    for name in ("D", "C"):
        assert touched(model.mechanism(name).parameters())
        assert not touched(model.autoencoder(name).parameters())


def test_fresh_noise_gives_neither_the_image_nor_the_same_picture_again(model: NeuralCausalModel) -> None:
    images, labels = random_images((1, 8, 8), N), random_labels(model.plan, N)
    options = EditOptions(steps=2, inversion="fresh")
    edit = counterfactual_edit(model, images, labels, {"D": labels["D"]}, options)
    assert (edit.reconstruction - images).abs().mean() > 0.1
    assert (edit.edited - edit.reconstruction).abs().mean() > 0.1
    again = counterfactual_edit(model, images, labels, {"D": labels["D"]}, options)
    assert torch.equal(again.edited, edit.edited)
