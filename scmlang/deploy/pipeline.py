"""A pipeline of diffusers that draws pictures of labels.

Importing this module makes ``ScmlangPipeline`` a name of diffusers, for there
``DiffusionPipeline.from_pretrained`` looks for the class that ``model_index.json`` names. The alternative, a
``pipeline.py`` in the folder, would be code that runs when a folder is opened (``trust_remote_code``), and a
folder of weights shall not run anything. Annotations are no strings here, since diffusers reads them.
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import DiffusionPipeline, ImagePipelineOutput
from PIL import Image
from torch import Tensor

from scmlang.data.output import whole_folder
from scmlang.deploy.components import ImageMechanism, scheduler_of
from scmlang.deploy.picture import PictureModel, Values
from scmlang.neural.pixels import to_bytes
from scmlang.train.artefact import Artefact

INDEX = "model_index.json"


class ScmlangPipeline(DiffusionPipeline):  # type: ignore[misc]  # diffusers has no types
    """Pictures of labels, by any scheduler.

    Args:
        mechanism: the network.
        scheduler: a :class:`~scmlang.deploy.components.StepScheduler`, or one of diffusers' own.
    """

    model_cpu_offload_seq = "mechanism"

    def __init__(self, mechanism: ImageMechanism, scheduler: Any) -> None:
        super().__init__()
        self.register_modules(mechanism=mechanism, scheduler=scheduler)

    @torch.no_grad()
    def __call__(
        self,
        labels: Values,
        *,
        num_inference_steps: int | None = None,
        generator: torch.Generator | None = None,
        noise: Tensor | None = None,
        guidance: Mapping[str, float] | None = None,
        output_type: str = "pil",
        return_dict: bool = True,
    ) -> Any:
        """Draw pictures.

        Args:
            labels: what every parent of the image is, as people write it, one value a picture.
            num_inference_steps: the recipe's by default.
            generator: on the CPU; without one, pictures differ from call to call.
            noise: u of the code, ``[n, *code_shape]``: pictures with the same u share their style.
            guidance: scale by parent; 1 by default.
            output_type: ``"pil"``, or ``"pt"`` for tensors ``[n, C, H, W]`` in [−1, 1].
            return_dict: whether to give an ``ImagePipelineOutput`` or a tuple.

        Raises:
            ValueError: for labels that do not fit, and for another type of output.
        """
        if output_type not in ("pil", "pt"):
            raise ValueError("output_type is pil or pt")
        mechanism, scheduler, device = self.mechanism, self.scheduler, self._execution_device
        count, source = len(next(iter(labels.values()))), generator or _fresh()
        if noise is None:
            noise = torch.randn((count, *mechanism.code_shape), generator=source)
        condition = mechanism.condition(labels, noise.to(device), guidance)
        scheduler.set_timesteps(
            num_inference_steps or mechanism.picture.record.recipe.diffusion.steps, device=device
        )
        sample = torch.randn((count, *mechanism.sample_shape), generator=source).to(device)
        sample = sample * scheduler.init_noise_sigma
        options = self._step_options(source)
        for t in self.progress_bar(scheduler.timesteps):
            output = mechanism(scheduler.scale_model_input(sample, t), int(t), condition)
            sample = scheduler.step(output, t, sample, **options, return_dict=False)[0]
        images: Any = mechanism.decode(sample)
        if output_type == "pil":
            images = [_picture(image) for image in images]
        return ImagePipelineOutput(images=images) if return_dict else (images,)

    def _step_options(self, generator: torch.Generator) -> dict[str, Any]:
        """The source of randomness, for the schedulers whose step takes one."""
        takes = "generator" in inspect.signature(self.scheduler.step).parameters
        return {"generator": generator} if takes else {}


def write_pipeline(artefact: Artefact, out: Path, *, force: bool = False) -> None:
    """Write the image mechanism of a trained model as a pipeline.

    Raises:
        ScmError: E224 when the model has no image or its generator denoises nothing; E138 and E139 when the
            folder cannot be written.
    """
    picture = PictureModel.of(artefact)
    scheduler = scheduler_of(picture)
    mechanism = ImageMechanism(picture.record.model_dump(mode="json", by_alias=True))
    mechanism.picture.load_state_dict(picture.state_dict())
    with whole_folder(out, force, lambda folder: (folder / INDEX).is_file()) as stage:
        ScmlangPipeline(mechanism.eval(), scheduler).save_pretrained(stage, safe_serialization=True)


def _fresh() -> torch.Generator:
    source = torch.Generator()
    source.seed()
    return source


def _picture(image: Tensor) -> Image.Image:
    pixels = to_bytes(image).permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


diffusers.ScmlangPipeline = ScmlangPipeline
