"""The counterfactual edit I[X=x] | I: abduction, action, prediction.

Abduct the labels' noise (:mod:`scmlang.neural.abduction`), the semantic code z, fitted from the mean of
q(z | I, v) on (:mod:`scmlang.neural.code_abduction`), and the diffusion noise
(:mod:`scmlang.neural.inversion`); act by cutting the arrows into X; predict the labels in topological order
and the image from the new v with the same noise: that of the diffusion, and that of the code
(:mod:`scmlang.neural.code_flow`; z itself where there is no flow). The labels are then one draw from their
counterfactual posterior; the image approximates one, since z is one value and the inverted noise explains
the image, and neither is drawn from its posterior.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from scmlang.neural.abduction import abduct, predict
from scmlang.neural.code_abduction import explain
from scmlang.neural.image import Condition, Fidelity, Generator
from scmlang.neural.ncm import Labels, NeuralCausalModel


@dataclass(frozen=True)
class EditOptions:
    """How an edit is made.

    Attributes:
        steps: sampling steps; of a picture that changes, network evaluations per inversion and per replay.
        inversion: one of the generator's :attr:`~scmlang.neural.image.Generator.inversions`.
        guidance: guidance scale per parent of the image, used where its value changed; 1 when absent.
        seed: of every random draw.
        batch: rows per forward pass.
        interval: of b / (a + b), the share of noise, within which guidance acts.
        bfloat16: whether the network works in half precision, where the processor has it.
        fit_steps: by which the code of a picture that changes is fitted to it
            (:mod:`scmlang.neural.code_abduction`), a network evaluation and its gradient each.
    """

    steps: int = 30
    inversion: str = "edit_friendly"
    guidance: Mapping[str, float] | None = None
    seed: int = 0
    batch: int = 128
    interval: tuple[float, float] = (1 / 3, 1.0)
    bfloat16: bool = False
    fit_steps: int = 0


@dataclass(frozen=True)
class Edit:
    """Factual and counterfactual, row by row.

    Attributes:
        factual, counterfactual: label columns ``[n]``.
        images: the images given, ``[n, C, H, W]`` in [−1, 1].
        reconstruction: the same noise under the factual labels; the image where the inversion is exact.
        edited: the same noise under the counterfactual labels.
    """

    factual: Labels
    counterfactual: Labels
    images: Tensor
    reconstruction: Tensor
    edited: Tensor


def counterfactual_edit(
    model: NeuralCausalModel, images: Tensor, labels: Labels, do: Labels, options: EditOptions
) -> Edit:
    """I[X=x] | I for every row, under one intervention; see :func:`counterfactual_edits`."""
    return counterfactual_edits(model, images, labels, [do], options)[1][0]


@torch.no_grad()
def counterfactual_edits(
    model: NeuralCausalModel,
    images: Tensor,
    labels: Labels,
    acts: Sequence[Labels],
    options: EditOptions,
    advance: Callable[[int], None] = lambda rows: None,
) -> tuple[Tensor, list[Edit]]:
    """I[X=x] | I for every row under each of several interventions, the noise abducted once for all.

    Args:
        model: a trained model with an image.
        images: ``[n, C, H, W]`` in [−1, 1].
        labels: every label column ``[n]``, given or recognised.
        acts: the interventions, each a mapping of variables to values ``[n]``.
        options: steps, inversion, guidance, seed.
        advance: called with the number of images of every replay that is done.

    Returns:
        The reconstruction (the null intervention), and one edit per intervention that holds it too.

    Raises:
        ValueError: when the model has no image variable.
    """
    if model.generator is None:
        raise ValueError("the model has no image variable to edit")
    seed = torch.Generator().manual_seed(options.seed)
    noise = abduct(model, labels, images, seed)
    worlds = [predict(model, noise, labels, do, images) for do in acts]
    parts = []
    for start in range(0, len(images), options.batch):
        rows = slice(start, start + options.batch)
        here, *there = (_take(world, rows) for world in (labels, *worlds))
        parts.append(_replays(model, model.generator, images[rows], here, there, options, seed, advance))
    reconstruction, *edited = (torch.cat(part) for part in zip(*parts, strict=True))
    return reconstruction, [
        Edit(labels, world, images, reconstruction, pictures)
        for world, pictures in zip(worlds, edited, strict=True)
    ]


def _replays(
    model: NeuralCausalModel,
    generator: Generator,
    images: Tensor,
    labels: Labels,
    worlds: Sequence[Labels],
    options: EditOptions,
    seed: torch.Generator,
    advance: Callable[[int], None],
) -> list[Tensor]:
    """The images under the factual labels, then under those of every world, with the same noise.

    Where no parent of the image changes, the picture is the reconstruction, and the reconstruction of an
    exact inversion is the image. Neither is computed again: the network sees what changes, and no more.
    """
    vectors = model.vectors(labels, images)
    factual = generator.condition(vectors)
    posterior = generator.encode(images, factual)
    start = generator.start(len(images), seed) if options.fit_steps else None
    fidelity = generator.fidelity(options.inversion)
    every = torch.arange(len(images), device=images.device)
    changed = [every[_changed(vectors, labels, world, len(every))] for world in worlds]
    if fidelity is Fidelity.FRESH:
        changed = [every for _ in worlds]
    inverted = every
    if fidelity is Fidelity.EXACT:
        touched = torch.zeros_like(every, dtype=torch.bool)
        touched[torch.cat([every[:0], *changed])] = True
        inverted = every[touched]
    if len(inverted) == 0:
        advance(len(images) * (1 + len(worlds)))
        return [images] * (1 + len(worlds))
    code = posterior.mean.clone()
    code[inverted] = explain(
        generator,
        images[inverted],
        factual[inverted],
        posterior.take(inverted),
        options.fit_steps,
        None if start is None else start.to(images.device)[inverted],
    )
    noise = generator.code_noise(code, factual)
    original = Condition(vectors, code, {})
    with torch.autocast(images.device.type, torch.bfloat16, enabled=options.bfloat16):
        replay = generator.invert(images, original, options.inversion, options.steps, seed, inverted)
        replays = [images if fidelity is Fidelity.EXACT else replay(original)]
        advance(len(images))
        for world, rows in zip(worlds, changed, strict=True):
            pictures = replays[0].clone()
            if len(rows):
                there = _counterfactual(model, generator, vectors, labels, world, options, noise)
                pictures[rows] = replay(there.take(rows), torch.searchsorted(inverted, rows))
            replays.append(pictures)
            advance(len(images))
    return replays


def _changed(parents: Iterable[str], labels: Labels, world: Labels, n: int) -> Tensor:
    """Whether a parent of the image has another value, row by row: bool ``[n]``."""
    changed = torch.zeros(n, dtype=torch.bool)
    for name in parents:
        changed = changed.to(labels[name].device) | (world[name] != labels[name])
    return changed


def _counterfactual(
    model: NeuralCausalModel,
    generator: Generator,
    vectors: Mapping[str, Tensor],
    labels: Labels,
    world: Labels,
    options: EditOptions,
    noise: Tensor,
) -> Condition:
    """The condition of every image in another world, its code that of the same ``noise``."""
    there = model.moved(vectors, labels, world)
    code = generator.respond_code(noise, generator.condition(there))
    return Condition(there, code, _guidance(vectors, labels, world, options), options.interval)


def _guidance(
    parents: Mapping[str, Tensor], labels: Labels, world: Labels, options: EditOptions
) -> dict[str, Tensor]:
    """The scale of every row: guidance acts where the variable's value changed."""
    return {
        name: torch.where(world[name] == labels[name], 1.0, scale)
        for name, scale in (options.guidance or {}).items()
        if name in parents
    }


def _take(labels: Labels, rows: slice) -> dict[str, Tensor]:
    return {name: value[rows] for name, value in labels.items()}
