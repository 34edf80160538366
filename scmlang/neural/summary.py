"""What a plan compiles to: parameters, memory, and the cost of one forward pass, without any data.

The model is built on torch's ``meta`` device, where tensors have shapes and no memory; floating-point
operations are counted by ``torch.utils.flop_counter`` (a multiply-add is two).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import NeuralPlan
from scmlang.neural.settings import NeuralSettings

BYTES = 4
COPIES = 5  # weights, gradient, the optimiser's two moments, and the moving average


@dataclass(frozen=True)
class Part:
    """One part of the model: its name, what it is, and its number of parameters."""

    name: str
    kind: str
    parameters: int


@dataclass(frozen=True)
class Summary:
    """What a plan compiles to.

    Attributes:
        plan: the plan.
        settings: the sizes chosen by the recipe.
        parts: every part with its parameters.
        forward_flops: of one pass of the generator over one image; 0 without an image.
        weight_bytes: of the model's weights in float32.
        training_bytes: of weights, gradients, optimiser and moving average in float32, without
            activations and data.
    """

    plan: NeuralPlan
    settings: NeuralSettings
    parts: tuple[Part, ...]
    forward_flops: int
    weight_bytes: int
    training_bytes: int

    @property
    def parameters(self) -> int:
        return sum(part.parameters for part in self.parts)


def summarise(
    plan: NeuralPlan,
    settings: NeuralSettings,
    build: Callable[[NeuralPlan, NeuralSettings], NeuralCausalModel],
) -> Summary:
    """Build on the meta device, count, and throw away."""
    with torch.device("meta"):
        model = build(plan, settings)
    parts = tuple(_parts(model))
    total = sum(part.parameters for part in parts) * BYTES
    return Summary(plan, settings, parts, _forward_flops(model), total, COPIES * total)


def _parts(model: NeuralCausalModel) -> list[Part]:
    parts = [
        Part(label.name, f"mechanism {label.mechanism}", _count(model.mechanism(label.name)))
        for label in model.plan.labels
    ]
    parts += [
        Part(label.name, "V-autoencoder", _count(model.autoencoder(label.name)))
        for label in model.plan.labels
    ]
    if model.plan.shared:
        parts.append(Part("shared noise", "prior", _count(model.shared)))
    if model.plan.image and model.generator and model.recogniser:
        image = model.plan.image
        generator = model.generator
        encoder = _count(generator.code_encoder) if generator.code_encoder else 0
        flow = [Part(image.name, "flow of the code z", _count(generator.flow))] if generator.flow else []
        rest = _count(generator) - encoder - sum(part.parameters for part in flow)
        parts += [
            Part(image.name, f"mechanism {model.generator_name}", rest),
            Part(image.name, "encoder of the code z", encoder),
            *flow,
            Part(image.name, "recogniser", _count(model.recogniser)),
        ]
    return parts


def _count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _forward_flops(model: NeuralCausalModel) -> int:
    generator = model.generator
    if generator is None:
        return 0
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        generator.draw(torch.zeros(1, sum(generator.widths.values())), torch.zeros(1, *generator.code_shape))
    total: int = counter.get_total_flops()
    return total
