"""Small plans and models that build in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import torch
from torch import Tensor

from scmlang.compiler import Compilation
from scmlang.mechanisms.build import build_model
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.image import Condition, Generator
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import NeuralPlan
from scmlang.neural.settings import NeuralSettings
from scmlang.semantics.domains import Finite, Real

TINY = NeuralSettings(channels=(8, 16), code_channels=2, code_size=2, code_width=4, recogniser_width=4)

SCENE = """
model Scene
D: 0..3
C: {red, green}
B: binary
A: real
I: image(1, 8, 8)
D -> C -> B
D <-> B
C -> A
{D, C, A} -> I
"""


def plan_of(text: str) -> NeuralPlan:
    return Compilation.from_text(text).plan


def model_of(text: str, settings: NeuralSettings = TINY, seed: int = 0) -> NeuralCausalModel:
    torch.manual_seed(seed)
    return build_model(plan_of(text), settings).eval()


def randomise(model: NeuralCausalModel, seed: int = 0, spread: float = 1.5) -> NeuralCausalModel:
    """Every parameter of the label part random, so that no symmetry hides a mistake."""
    generator = torch.Generator().manual_seed(seed)
    for part in (model.shared, model.mechanisms):
        for parameter in part.parameters():
            parameter.data = spread * torch.randn(parameter.shape, generator=generator)
    return model


def random_labels(plan: NeuralPlan, n: int, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        label.name: torch.randn(n, generator=generator)
        if isinstance(label.domain, Real)
        else torch.randint(label.domain.size, (n,), generator=generator)
        for label in plan.labels
    }


def random_images(shape: Sequence[int], n: int, seed: int = 0) -> Tensor:
    return 2 * torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed)) - 1


def configurations(plan: NeuralPlan) -> dict[str, Tensor]:
    """Every configuration of the labels of an all-finite plan, one a row."""
    sizes = [label.domain.size for label in plan.labels if isinstance(label.domain, Finite)]
    rows = torch.tensor(list(product(*map(range, sizes))))
    return {label.name: rows[:, i] for i, label in enumerate(plan.labels)}


def tiny_generator(
    shape: tuple[int, int, int] = (1, 8, 8),
    widths: Mapping[str, int] | None = None,
    settings: NeuralSettings = TINY,
    seed: int = 0,
) -> DiffusionGenerator:
    torch.manual_seed(seed)
    return DiffusionGenerator(shape, widths or {"D": 5, "C": 3}, settings).eval()


def random_condition(generator: Generator, n: int, seed: int = 0) -> Condition:
    source = torch.Generator().manual_seed(seed)
    vectors = {name: torch.randn(n, width, generator=source) for name, width in generator.widths.items()}
    return Condition(vectors, torch.randn(n, *generator.code_shape, generator=source), {})
