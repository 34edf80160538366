"""An autoencoder that was trained elsewhere: a folder in the format of diffusers, safetensors only.

Its sizes become those of the recipe, and its weights part of every checkpoint, so that a run needs the folder
when it starts and never again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from pydantic import ValidationError
from safetensors import SafetensorError

from scmlang.diagnostics.base import ScmError
from scmlang.neural.first_stage import FirstStage
from scmlang.neural.latent import LatentDiffusionGenerator
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import NeuralPlan
from scmlang.train.atomic import reason
from scmlang.train.batches import TensorData
from scmlang.train.recipe import Latent, Recipe

TYPE = "latent_diffusion"
KEY = "latent.autoencoder"
WEIGHTS = "diffusion_pytorch_model.safetensors"
LARGEST_CONFIG = 1 << 20
IMAGES = 512  # from which the latents' moments are taken
NAMES = {
    "block_out_channels": "channels",
    "layers_per_block": "layers",
    "latent_channels": "latents",
    "norm_num_groups": "groups",
    "mid_block_add_attention": "attention",
    "use_quant_conv": "quant",
}


def sized(recipe: Recipe, plan: NeuralPlan) -> Recipe:
    """The recipe with the sizes of the autoencoder that it names; the same where it names none.

    Raises:
        ScmError: E215 when there is no such folder, E216 when it does not fit the image.
    """
    folder, image = recipe.latent.autoencoder, plan.image
    if folder is None or image is None or (recipe.generator.name or image.mechanism) != TYPE:
        return recipe
    config = {**_defaults(), **_config(recipe, Path(folder))}
    try:
        sizes = {ours: config[theirs] for theirs, ours in NAMES.items()}
        sizes["channels"] = tuple(sizes["channels"])
        latent = Latent.model_validate({**recipe.latent.model_dump(), **sizes})
    except (TypeError, ValidationError):
        message = f"the sizes in the config.json of `{folder}` make no autoencoder"
        raise ScmError([recipe.problem(KEY, "E216", message)]) from None
    for name, wanted in _fixed(image.domain.channels, latent).items():
        if config[name] != wanted:
            message = f"the autoencoder in `{folder}` has `{name}` {config[name]!r}, and {wanted!r} is needed"
            raise ScmError([recipe.problem(KEY, "E216", message)])
    return recipe.model_copy(update={"latent": latent})


def _fixed(channels: int, latent: Latent) -> dict[str, Any]:
    """What a description must say beside the sizes."""
    levels = len(latent.channels)
    return {
        "_class_name": "AutoencoderKL",
        "act_fn": "silu",
        "in_channels": channels,
        "out_channels": channels,
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "use_post_quant_conv": latent.quant,
    }


def take_over(model: NeuralCausalModel, recipe: Recipe, data: TensorData) -> None:
    """Put the weights of the autoencoder that the recipe names into a model, and fit the latents' moments.

    Raises:
        ScmError: E215 when they cannot be read, E216 when they are others than the folder says.
    """
    folder = recipe.latent.autoencoder
    if folder is None or not isinstance(model.generator, LatentDiffusionGenerator) or data.images is None:
        return
    first: FirstStage = model.generator.first
    try:
        loaded = AutoencoderKL.from_pretrained(folder, use_safetensors=True, local_files_only=True)
        first.autoencoder.load_state_dict(loaded.state_dict())
    except (OSError, ValueError, SafetensorError) as error:
        message = f"the autoencoder in `{folder}` cannot be read: {_line(error)}"
        raise ScmError([recipe.problem(KEY, "E215", message)]) from None
    except RuntimeError as error:
        message = f"the autoencoder in `{folder}` is not what its config.json says: {_line(error)}"
        raise ScmError([recipe.problem(KEY, "E216", message)]) from None
    images, _, _ = data.rows(torch.arange(min(IMAGES, len(data))))
    if images is not None:
        first.fit(images.to(model.device))


def _defaults() -> dict[str, Any]:
    """What a config.json of diffusers leaves out."""
    defaults: dict[str, Any] = json.loads(AutoencoderKL().to_json_string())
    return defaults | {"_class_name": ""}


def _config(recipe: Recipe, folder: Path) -> dict[str, Any]:
    try:
        with (folder / "config.json").open(encoding="utf-8") as stream:
            config = json.loads(stream.read(LARGEST_CONFIG))
        if not isinstance(config, dict):
            raise ValueError("config.json is no object")
        if not (folder / WEIGHTS).is_file():
            raise ValueError(f"it has no {WEIGHTS}")
    except (OSError, ValueError) as error:
        message = f"the autoencoder in `{folder}` cannot be read: {reason(error)}"
        raise ScmError(
            [recipe.problem(KEY, "E215", message, "it is a folder as diffusers saves it")]
        ) from None
    return config


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".:") if str(error).strip() else type(error).__name__
