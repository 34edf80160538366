"""The generator in diffusers' terms: a model and a scheduler, which a pipeline is made of.

``model_index.json`` names these classes by module and name. diffusers takes them from modules that the
process has imported itself, so no code comes out of a folder and none has to be trusted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin, SchedulerMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor

from scmlang.deploy.picture import PictureModel, Values
from scmlang.deploy.record import GeneratorRecord
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.guidance import guided
from scmlang.neural.image import Condition
from scmlang.neural.samplers import SAMPLERS, Estimates, full
from scmlang.neural.schedule import NoiseSchedule


class ImageMechanism(ModelMixin, ConfigMixin):  # type: ignore[misc]  # diffusers has no types
    """The denoising network, its label embeddings and its code.

    Args:
        record: a :class:`~scmlang.deploy.record.GeneratorRecord` as JSON has it.

    Raises:
        ScmError: E224 where nothing is denoised; what :class:`PictureModel` raises.
    """

    @register_to_config  # type: ignore[untyped-decorator]  # diffusers has no types
    def __init__(self, record: dict[str, Any]) -> None:
        super().__init__()
        self.picture = PictureModel(GeneratorRecord.model_validate_json(json.dumps(record)))
        denoiser_of(self.picture)

    @classmethod
    def from_pretrained(cls, folder: Any, **options: Any) -> ImageMechanism:
        """As of diffusers, but never from a pickle."""
        options["low_cpu_mem_usage"] = options.get("device_map") is not None
        options.pop("use_safetensors", None)
        loaded: ImageMechanism = super().from_pretrained(folder, use_safetensors=True, **options)
        return loaded

    @property
    def code_shape(self) -> tuple[int, int, int]:
        """Of the noise u of the code z."""
        return self.picture.generator.code_shape

    @property
    def sample_shape(self) -> tuple[int, int, int]:
        """Of what is denoised: the image, or its latents."""
        return denoiser_of(self.picture).shape

    def condition(self, labels: Values, noise: Tensor, guidance: Mapping[str, float] | None) -> Condition:
        """See :meth:`PictureModel.condition`."""
        return self.picture.condition(labels, noise, guidance)

    def forward(self, sample: Tensor, timestep: int, condition: Condition) -> Tensor:
        """The prediction at a time step for all rows, guided as the condition says."""
        denoiser, t = denoiser_of(self.picture), full(timestep, sample)

        def network(rows: Tensor, joined: Tensor, code: Tensor) -> Tensor:
            output: Tensor = denoiser(sample[rows], t[rows], joined, code)
            return output

        return guided(denoiser, condition, network)

    def decode(self, sample: Tensor) -> Tensor:
        """Pictures ``[n, C, H, W]`` in [−1, 1]."""
        return self.picture.decode(sample)


def denoiser_of(picture: PictureModel) -> DiffusionGenerator:
    """The diffusion model in a generator.

    Raises:
        ScmError: E224 when there is none.
    """
    if picture.denoiser is None:
        message = "the generator draws in one pass: there is nothing for a scheduler of diffusers to do"
        raise ScmError([Diagnostic("E224", message, helps=("--as torch writes any generator",))])
    return picture.denoiser


@dataclass
class StepOutput:
    """What a scheduler's step gives: x at the next time."""

    prev_sample: Tensor


class StepScheduler(SchedulerMixin, ConfigMixin):  # type: ignore[misc]  # diffusers has no types
    """The samplers of :mod:`scmlang.neural.samplers` as a scheduler.

    Its keys are those of diffusers' schedulers, which can be made of its configuration and take its place
    (``DDIMScheduler.from_config(pipeline.scheduler.config)``) on the variance-preserving path.
    """

    order = 1

    @register_to_config  # type: ignore[untyped-decorator]  # diffusers has no types
    def __init__(
        self,
        num_train_timesteps: int = 1000,
        beta_schedule: str = "squaredcos_cap_v2",
        prediction_type: str = "v_prediction",
        path: str = "variance_preserving",
        sampler: str = "ddpm",
        clip_sample: bool = True,
        clip_sample_range: float = 1.0,
        timestep_spacing: str = "trailing",
        default_steps: int = 30,
    ) -> None:
        self.schedule = NoiseSchedule(
            num_train_timesteps, beta_schedule, prediction_type, path, clip_sample_range
        )
        self.init_noise_sigma = 1.0
        self.set_timesteps(default_steps)

    def set_timesteps(self, num_inference_steps: int, device: torch.device | str | None = None) -> None:
        """Begin a trajectory of that many steps."""
        pairs = self.schedule.pairs(num_inference_steps)
        self.timesteps = torch.tensor([t for t, _ in pairs], device=device)
        self.schedule.to(self.timesteps.device)
        self._next = dict(pairs)
        self._estimates = Estimates(self.schedule, SAMPLERS[self.config.sampler].order)

    def scale_model_input(self, sample: Tensor, timestep: int | None = None) -> Tensor:
        """The sample: nothing is scaled."""
        return sample

    def step(
        self,
        model_output: Tensor,
        timestep: int | Tensor,
        sample: Tensor,
        generator: torch.Generator | None = None,
        return_dict: bool = True,
    ) -> StepOutput | tuple[Tensor]:
        """From x_t to the next time of the trajectory; steps are to be taken in order."""
        t = int(timestep)
        times, following = full(t, sample), full(self._next[t], sample)
        clean = self._estimates(self.schedule.clean(sample, model_output, times), t, self._next[t])
        if SAMPLERS[self.config.sampler].stochastic:
            mean, deviation = self.schedule.posterior(sample, clean, times, following)
            noise = torch.randn(sample.shape, generator=generator).to(sample.device)
            moved = mean + deviation * noise
        else:
            moved = self.schedule.ddim(sample, clean, times, following)
        if self._next[t] < 0:
            moved = self.schedule.clip(moved)
        return StepOutput(moved) if return_dict else (moved,)


def scheduler_of(picture: PictureModel) -> StepScheduler:
    """The sampler of a generator's recipe."""
    options, denoiser = picture.record.recipe.diffusion, denoiser_of(picture)
    scheduler: StepScheduler = StepScheduler(
        num_train_timesteps=options.train_timesteps,
        beta_schedule=options.beta_schedule,
        prediction_type=options.prediction,
        path=options.path,
        sampler=options.sampler,
        clip_sample_range=denoiser.schedule.bound,
        default_steps=options.steps,
    )
    return scheduler
