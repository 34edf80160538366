"""Edits of edited pictures: the axioms of composition and reversibility.

M. Monteiro et al., "Measuring axiomatic soundness of counterfactual image models" (arXiv:2303.01274): a null
intervention changes nothing however often it is made, and an intervention that is undone gives the picture
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scmlang.data.dataset import Split
from scmlang.evaluate.edits import Advance, answer
from scmlang.evaluate.metrics import absolute_error, bootstrap
from scmlang.evaluate.report import Composition, Reversal
from scmlang.evaluate.worlds import Images, World
from scmlang.neural.edit import EditOptions
from scmlang.neural.ncm import NeuralCausalModel


def composition(
    model: NeuralCausalModel,
    split: Split,
    reconstruction: Images,
    cycles: int,
    few: int,
    options: EditOptions,
    advance: Advance,
) -> tuple[Composition, ...]:
    """The error after one null intervention on all images, and after ``cycles`` on the first ``few``.

    Args:
        model: the trained model.
        split: the images and their labels.
        reconstruction: the images under one null intervention.
        cycles: how often it is made.
        few: images that more than one is made of.
        options: of every edit; each cycle has a seed of its own.
        advance: called with the number of images edited.
    """
    seed = options.seed
    found = [Composition(1, bootstrap(absolute_error(reconstruction, split.images), seed))]
    current = reconstruction[:few]
    columns = {name: column[:few] for name, column in split.columns.items()}
    for cycle in range(1, cycles):
        again = replace(options, seed=seed + cycle)
        current = answer(model, current, columns, [], again, advance).reconstruction
    if cycles > 1:
        found.append(Composition(cycles, bootstrap(absolute_error(current, split.images[:few]), seed)))
    return tuple(found)


def reversibility(
    model: NeuralCausalModel,
    split: Split,
    worlds: Sequence[tuple[World, np.typing.NDArray[np.bool_]]],
    few: int,
    options: EditOptions,
    advance: Advance,
) -> tuple[Reversal, ...]:
    """The error after every intervention and its undoing, of the first ``few`` images that it changes.

    Args:
        model: the trained model.
        split: the images and their labels.
        worlds: what became of them, and where the intervention changes something.
        few: how many images of each.
        options: of the second edit, which has a seed of its own.
        advance: called with the number of images edited.
    """
    parents = model.plan.image.parents if model.plan.image else ()
    again = replace(options, seed=options.seed + 1)
    found = []
    for world, changed in worlds:
        at = np.flatnonzero(changed)[:few]
        if not len(at):
            found.append(Reversal(world.act.text, None))
            continue
        labels = {name: np.asarray(column)[at] for name, column in world.labels.items()}
        back = {name: split.columns[name][at] for name in parents}
        restored = answer(model, world.edited[at], labels, [back], again, advance).edited[0]
        error = absolute_error(restored, split.images[at])
        found.append(Reversal(world.act.text, bootstrap(error, options.seed, units=at)))
    return tuple(found)
