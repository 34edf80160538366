"""A recipe: every number of a training, in groups, each bounded and documented.

The classes below are the schema; their ``Field`` descriptions are the documentation that
:func:`describe` lists. A recipe is read from YAML by :func:`scmlang.train.loading.load_recipe`; made in
Python (``Recipe()``), it holds the defaults.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, Self

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from scmlang.diagnostics.base import Diagnostic
from scmlang.train.yaml_source import Place

Weight = Annotated[float, Field(ge=0, le=1e6)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
Width = Annotated[int, Field(ge=1, le=8192)]
Period = Annotated[int, Field(ge=0, le=10**9)]


class Group(BaseModel):
    """What all groups share: frozen, no unknown keys, no silent conversions, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Train(Group):
    """The optimisation."""

    steps: int = Field(default=4000, ge=1, le=10**9, description="optimiser steps")
    seconds: float | None = Field(
        default=None,
        gt=0,
        description="wall-clock cap; the schedule then follows max(step / steps, elapsed / seconds)",
    )
    batch: int = Field(default=64, ge=1, le=10**6, description="images per step")
    parts: int = Field(
        default=1,
        ge=1,
        le=10**6,
        description="parts that a batch is computed in, one after the other, their gradients added up",
    )
    label_batch: int = Field(default=1024, ge=1, le=10**7, description="rows a step of the label likelihood")
    seed: int = Field(default=0, ge=0, lt=2**63, description="seed of weights, batches and noise")
    lr: Rate = Field(default=2e-3, description="learning rate of AdamW, at its peak")
    label_lr: Rate = Field(default=2e-2, description="learning rate of the label mechanisms")
    weight_decay: float = Field(default=1e-4, ge=0, le=10, description="decoupled weight decay")
    betas: tuple[Decay, Decay] = Field(default=(0.9, 0.99), description="decay of AdamW's moments")
    warmup_steps: Period = Field(default=100, description="steps of linear warm-up")
    schedule: Literal["cosine", "constant"] = Field(default="cosine", description="shape after warm-up")
    ema: Decay = Field(default=0.998, description="decay of the moving average of the weights, 0 for none")
    grad_clip: float | None = Field(
        default=1.0,
        gt=0,
        le=1e6,
        description="largest norm of the gradient, of the label mechanisms and of the rest",
    )
    precision: Literal["no", "bf16", "fp16"] = Field(default="no", description="autocast type; no is float32")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="where to compute")
    threads: int = Field(default=0, ge=0, le=1024, description="CPU threads, 0 for PyTorch's own choice")
    channels_last: bool = Field(default=True, description="memory layout of images and convolutions")
    compile: bool = Field(default=False, description="torch.compile the networks")
    fsdp: bool = Field(
        default=False, description="split the model over the processes, where each has a copy otherwise"
    )
    sample_every: Period = Field(default=1000, description="steps between sample grids, 0 for none")
    checkpoint_every: int = Field(default=1000, ge=1, le=10**9, description="steps between checkpoints")
    keep_checkpoints: int = Field(default=2, ge=1, le=10**6, description="how many checkpoints to keep")
    log_every: int = Field(default=20, ge=1, le=10**9, description="steps between records of metrics.jsonl")


class Loss(Group):
    """The weight of every term of the loss; 0 leaves a term out."""

    diffusion: Weight = Field(default=1.0, description="denoising, E||target - prediction||²")
    reconstruction: Weight = Field(default=1.0, description="MSE(v, v_c) of the label autoencoders")
    classification: Weight = Field(default=1.0, description="CE(v, y_v) of the label embeddings")
    level: Weight = Field(default=1.0, description="NLL(v_l, y_v) of the decoded levels")
    likelihood: Weight = Field(default=1.0, description="negative log-likelihood of the label mechanisms")
    kl: Weight = Field(default=5e-6, description="KL(q(z | I, v) || p(z | v)) of the semantic code, per nat")
    kl_warmup: Fraction = Field(default=0.2, description="part of the training over which kl grows from 0")
    prior: Weight = Field(default=1.0, description="-log p(z | v) of the code's flow, nats per number of z")
    swap: Fraction = Field(default=0.25, description="part of each batch that trains on swapped labels")
    effect: Weight = Field(default=0.1, description="CE of the swapped levels, recognised in the image")
    recognition: Weight = Field(default=1.0, description="CE of the recogniser q(labels | I) on real images")
    pixels: Weight = Field(
        default=1.0, description="-log p(I | z, v) of `cvae`, nats per number of the image"
    )
    first_stage: Weight = Field(default=1.0, description="loss of the autoencoder of `latent_diffusion`")


class Generator(Group):
    """What draws the image."""

    name: str | None = Field(
        default=None,
        description="`diffusion`, `latent_diffusion`, `cvae`, or one that a package registers; null: as the "
        "model file says",
    )
    residual: bool = Field(
        default=True,
        description="whether edits keep what an autoencoder loses of the image as noise of it",
    )


class Diffusion(Group):
    """The diffusion process of the image, its sampling and its inversion."""

    train_timesteps: int = Field(default=1000, ge=2, le=100_000, description="steps T of the forward process")
    beta_schedule: Literal["squaredcos_cap_v2", "linear", "scaled_linear"] = Field(
        default="squaredcos_cap_v2", description="noise schedule, by its name in diffusers"
    )
    path: Literal["variance_preserving", "rectified_flow"] = Field(
        default="variance_preserving",
        description="from image to noise: DDPM's, or straight lines (flow matching), which need no schedule",
    )
    prediction: Literal["epsilon", "v_prediction", "sample", "flow_prediction"] = Field(
        default="v_prediction", description="what the network predicts"
    )
    noise_bias: float = Field(
        default=1.0,
        gt=0,
        le=100,
        description="training draws t = T u^bias, u uniform: below 1 favours noisy steps",
    )
    dropout: Decay = Field(default=0.1, description="chance that the condition on a variable is dropped")
    steps: int = Field(default=30, ge=1, le=100_000, description="time steps of sampling and inversion")
    sampler: Literal["ddpm", "ddim", "dpmsolver++", "sde-dpmsolver++"] = Field(
        default="ddpm", description="how new images are drawn"
    )
    inversion: Literal["edit_friendly", "ddim", "ledits++", "fresh"] = Field(
        default="edit_friendly",
        description="how an image's noise is abducted: by inverting `ddpm`, `ddim` or `sde-dpmsolver++`; "
        "`fresh`: it is not, every picture is drawn anew",
    )
    guidance: Mapping[str, Annotated[float, Field(ge=0, le=100)]] = Field(
        default_factory=dict, description="guidance scale by variable, where it is not 1"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.steps > self.train_timesteps:
            text = "`diffusion.steps` ({steps}) cannot exceed `diffusion.train_timesteps` ({limit})"
            context = {"keys": "steps train_timesteps", "steps": self.steps, "limit": self.train_timesteps}
            raise PydanticCustomError("mismatch", text, context)
        if self.path == "rectified_flow" and self.prediction == "epsilon":
            text = (
                "`epsilon` cannot tell the image at the end of `rectified_flow`, where nothing is left of it"
            )
            raise PydanticCustomError("mismatch", text, {"keys": "prediction path"})
        return self


class Latent(Group):
    """The autoencoder of ``latent_diffusion``, an ``AutoencoderKL`` of diffusers."""

    autoencoder: str | None = Field(
        default=None,
        description="folder of a trained one, whose sizes then count; null: it is trained in a first stage",
    )
    share: Decay = Field(default=0.3, description="part of the training that is its own")
    channels: Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)] = Field(
        default=(32, 64), description="channels of each level, every one but the last halving the image"
    )
    layers: int = Field(default=1, ge=1, le=16, description="residual layers per level")
    latents: Width = Field(default=4, description="channels of the latent image")
    groups: Width = Field(default=8, description="groups that are normalised; they divide the channels")
    attention: bool = Field(default=False, description="self-attention at the coarsest level")
    quant: bool = Field(default=True, description="a 1×1 convolution on either side of the latents")
    kl: Weight = Field(default=1e-6, description="weight of the KL of its latents, per nat")


class Code(Group):
    """The spatial semantic code z of an image."""

    channels: int = Field(default=4, ge=0, le=4096, description="channels of z, 0 for no code")
    size: int = Field(default=7, ge=1, le=1024, description="side of z, in cells")
    width: Width = Field(default=32, description="channels of the encoder's first layer")
    flow: int = Field(default=0, ge=0, le=256, description="couplings of the flow z = g(u; v), 0 for no flow")
    refinement: int = Field(
        default=0, ge=0, le=1 << 16, description="width of each label's part of its refinement, 0 for none"
    )
    refinement_share: Decay = Field(
        default=0.15, description="last part of the training, in which the refinement alone is trained"
    )
    refinement_batch: int = Field(default=256, ge=1, le=10**6, description="images per step of it")
    fit_steps: int = Field(
        default=0, ge=0, le=10**4, description="gradient steps that fit z to a picture before an edit"
    )


class Backbone(Group):
    """The denoising network."""

    name: str = Field(default="unet2d", description="architecture: `unet2d`, or one that a package registers")
    channels: Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)] | None = Field(
        default=None, description="channels of each level; null: as the model file's mechanism says"
    )
    layers: int = Field(default=1, ge=1, le=16, description="residual layers per level")
    attention: bool = Field(default=False, description="self-attention: of `unet2d` below the finest level")
    patch: int = Field(default=2, ge=1, le=64, description="side of the pixel-unshuffle patch")


class Recogniser(Group):
    """The classifier q(labels | I)."""

    width: Width = Field(default=32, description="channels of its first layer")
    noise: float = Field(
        default=0.6,
        ge=0,
        le=10,
        description="largest deviation of the noise it is trained under, images being in -1..1",
    )


@dataclass(frozen=True)
class _Places:
    """Where each value was written; no part of a recipe's identity."""

    by_key: Mapping[str, Place] = field(default_factory=dict, compare=False)


class Recipe(Group):
    """A validated recipe; equal when all values are."""

    train: Train = Field(default=Train(), description="the optimisation")
    loss: Loss = Field(default=Loss(), description="weights of the terms of the loss")
    generator: Generator = Field(default=Generator(), description="what draws the image")
    diffusion: Diffusion = Field(default=Diffusion(), description="the diffusion process")
    latent: Latent = Field(default=Latent(), description="the autoencoder of latent diffusion")
    code: Code = Field(default=Code(), description="the semantic code z")
    backbone: Backbone = Field(default=Backbone(), description="the denoising network")
    recogniser: Recogniser = Field(default=Recogniser(), description="the classifier of images")
    _places: _Places = PrivateAttr(default_factory=_Places)

    def place(self, key: str) -> Place | None:
        """Where the value of a dotted key was written; None where it is a default.

        A later phase uses it to underline a value that is valid in itself but does not fit the
        model or the machine (``diffusion.guidance.Colour``, ``train.device``).
        """
        return self._places.by_key.get(key)

    def problem(self, key: str, code: str, message: str, *helps: str) -> Diagnostic:
        """A diagnostic about the value of a key, underlined where it was written."""
        place = self.place(key)
        return place.problem(code, message, *helps) if place else Diagnostic(code, message, helps=helps)

    def placed(self, places: Mapping[str, Place]) -> Recipe:
        """The same recipe with its places remembered."""
        copy = self.model_copy()
        copy._places = _Places(dict(places))
        return copy


class KeyDescription(NamedTuple):
    """One key of a recipe: its dotted name, what it may hold, its default and its meaning."""

    key: str
    type: str
    default: object
    help: str


def groups() -> dict[str, type[Group]]:
    """The groups of a recipe by name, in order."""
    return {name: typing.cast(type[Group], info.annotation) for name, info in Recipe.model_fields.items()}


def describe() -> list[KeyDescription]:
    """Every key of a recipe, in the order of the schema."""
    return [
        KeyDescription(
            f"{name}.{key}",
            expectation(info),
            info.get_default(call_default_factory=True),
            info.description or "",
        )
        for name, group in groups().items()
        for key, info in group.model_fields.items()
    ]


def expectation(info: FieldInfo) -> str:
    """What a key may hold, in words: ``whole number ≥ 1``, ``cosine | constant``, ``number > 0 or null``."""
    return _words(info.annotation, info.metadata)


def choices(info: FieldInfo) -> tuple[str, ...]:
    """The words a key may hold; none unless it is a choice of words."""
    return typing.get_args(info.annotation) if typing.get_origin(info.annotation) is Literal else ()


def _words(annotation: Any, metadata: list[Any]) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        inner = [part for meta in arguments[1:] for part in getattr(meta, "metadata", [meta])]
        return _words(arguments[0], [*inner, *metadata])
    if origin in (typing.Union, types.UnionType):
        return f"{_words(arguments[0], metadata)} or null"
    if origin is Literal:
        return " | ".join(arguments)
    if origin is tuple:
        count = "list" if arguments[-1] is ... else f"list of {len(arguments)}"
        return f"{count}, each a {_words(arguments[0], [])}"
    if origin is not None:
        return f"map from variable to {_words(arguments[1], [])}"
    return " ".join(
        [
            {bool: "true | false", int: "whole number", float: "number", str: "text"}[annotation],
            *_bounds(metadata),
        ]
    )


def _bounds(metadata: list[Any]) -> list[str]:
    """``≥ 1``, ``< 1`` …; an upper bound that only guards against absurdity is not worth saying."""
    signs = {Ge: ("≥", "ge"), Gt: (">", "gt"), Le: ("≤", "le"), Lt: ("<", "lt")}
    found = [(signs[type(m)][0], getattr(m, signs[type(m)][1])) for m in metadata if type(m) in signs]
    bounds = [f"{sign} {limit:g}" for sign, limit in found if not (sign in "≤<" and limit >= 10**5)]
    return [" and ".join(bounds)] if bounds else []
