"""The image mechanism by itself: I = f(v_pa, z, ε), z = g(u; v), and the V-autoencoders of the parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from scmlang.compiler import Compilation
from scmlang.deploy.record import GeneratorRecord, record_of
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.mechanisms.build import build_image
from scmlang.neural.columns import tensor_column
from scmlang.neural.embeddings import Autoencoder, LevelAutoencoder, RealAutoencoder, build_autoencoder
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.image import Condition
from scmlang.neural.latent import LatentDiffusionGenerator
from scmlang.neural.naming import module_key
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite
from scmlang.train.artefact import Artefact
from scmlang.train.plugins import require_plugins
from scmlang.train.settings import neural_settings

Values = Mapping[str, Sequence[str | int | float]]


class PictureModel(nn.Module):
    """Pictures of labels: a module that needs no run folder.

    Pictures are ``[n, C, H, W]`` in [−1, 1]. Labels are what the image's parents are in each picture, as
    people write them: level names or numbers, one a row.

    Args:
        record: what to build; its weights are random until they are loaded.

    Raises:
        ScmError: E223 for a missing plug-in, E224 for a model without an image, and what a mistaken text or
            recipe raises.
    """

    def __init__(self, record: GeneratorRecord) -> None:
        super().__init__()
        require_plugins(record.plugins, "the generator")
        plan = Compilation.from_text(record.model_text, record.model_source).plan
        if plan.image is None:
            message = f"the model of `{record.model_source}` has no image, so it generates none"
            raise ScmError([Diagnostic("E224", message)])
        self.record = record
        self.parents = tuple(plan.label(name) for name in plan.image.parents)
        parts = {parent.name: build_autoencoder(parent) for parent in self.parents}
        self.autoencoders = nn.ModuleDict({module_key(name): part for name, part in parts.items()})
        widths = {name: part.width for name, part in parts.items()}
        self.generator = build_image(plan.image, widths, neural_settings(record.recipe, plan))

    @classmethod
    def of(cls, artefact: Artefact) -> PictureModel:
        """That of a trained model, with its weights."""
        picture = cls(record_of(artefact))
        trained = artefact.model.state_dict()
        picture.load_state_dict({name: trained[name] for name in picture.state_dict()})
        return picture.eval()

    @property
    def denoiser(self) -> DiffusionGenerator | None:
        """The diffusion model in it, of the image or of latents; None for a generator without one."""
        if isinstance(self.generator, LatentDiffusionGenerator):
            return self.generator.prior
        return self.generator if isinstance(self.generator, DiffusionGenerator) else None

    def decode(self, generated: Tensor) -> Tensor:
        """Pictures of what the denoiser generates."""
        if isinstance(self.generator, LatentDiffusionGenerator):
            return self.generator.first.decode(generated).clamp(-1, 1)
        return generated

    def columns(self, labels: Values) -> dict[str, Tensor]:
        """Label columns ``[n]`` of values as people write them.

        Raises:
            ValueError: for a parent that is missing, a value that is none of its domain, another variable,
                and columns of different lengths.
        """
        names = [parent.name for parent in self.parents]
        if sorted(labels) != sorted(names):
            raise ValueError(f"the image depends on {', '.join(names)}; these are given: {', '.join(labels)}")
        if len({len(values) for values in labels.values()}) > 1:
            raise ValueError("labels of different numbers of pictures")
        device = next(self.parameters()).device
        return {p.name: tensor_column(p, _numbers(p, labels[p.name])).to(device) for p in self.parents}

    def vectors(self, columns: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """v of every parent, ``[n, width]``."""
        return {p.name: self._autoencoder(p.name).decode(columns[p.name]) for p in self.parents}

    def condition(
        self, labels: Values, noise: Tensor, guidance: Mapping[str, float] | None = None
    ) -> Condition:
        """The condition of pictures with these labels and this noise u of their codes."""
        vectors = self.vectors(self.columns(labels))
        code = self.generator.respond_code(noise, self.generator.condition(vectors))
        scales = {name: torch.full_like(noise[:, 0, 0, 0], w) for name, w in (guidance or {}).items()}
        return Condition(vectors, code, scales)

    @torch.no_grad()
    def sample(
        self,
        labels: Values,
        *,
        seed: int | torch.Generator = 0,
        steps: int | None = None,
        sampler: str | None = None,
        noise: Tensor | None = None,
        guidance: Mapping[str, float] | None = None,
    ) -> Tensor:
        """New pictures ``[n, C, H, W]`` of labels.

        Args:
            labels: of every parent of the image, n values each.
            seed: of the code's noise, where it is not given, and then of the sampler.
            steps, sampler: the recipe's by default.
            noise: u of the codes, ``[n, *code_shape]``: pictures with the same u share their style.
            guidance: scale by parent; 1 by default.

        Raises:
            ValueError: for labels that do not fit.
        """
        source = torch.Generator().manual_seed(seed) if isinstance(seed, int) else seed
        options, count = self.record.recipe.diffusion, len(next(iter(labels.values())))
        if noise is None:
            noise = torch.randn((count, *self.generator.code_shape), generator=source)
        condition = self.condition(labels, noise.to(next(self.parameters()).device), guidance)
        return self.generator.sample(condition, sampler or options.sampler, steps or options.steps, source)

    @torch.no_grad()
    def code_noise(self, images: Tensor, labels: Values) -> Tensor:
        """u of given pictures, ``[n, *code_shape]``: what an intervention on a label keeps of them."""
        condition = self.generator.condition(self.vectors(self.columns(labels)))
        return self.generator.code_noise(self.generator.encode(images, condition).mean, condition)

    def _autoencoder(self, name: str) -> Autoencoder:
        part = self.autoencoders[module_key(name)]
        if not isinstance(part, LevelAutoencoder | RealAutoencoder):
            raise TypeError(f"{name} has no V-autoencoder")
        return part


def _numbers(plan: LabelPlan, values: Sequence[str | int | float]) -> NDArray[np.float64]:
    """Numeric values ``[n]`` of one column."""
    return np.array([_number(plan, value) for value in values], np.float64)


def _number(plan: LabelPlan, value: str | int | float) -> float:
    number: float | None
    if isinstance(plan.domain, Finite):
        number = plan.domain.value(value if isinstance(value, str) else int(value))
        exact = isinstance(value, str) or int(value) == value
        number = number if exact else None
    else:
        number = float(value)
    if number is None:
        raise ValueError(f"{value!r} is no value of {plan.name}: {plan.domain}")
    return number
