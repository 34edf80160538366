"""Tiny trainings: eight-pixel pictures of nothing, a handful of steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from scmlang.compiler import Compilation
from scmlang.data.dataset import Dataset, Split
from scmlang.data.folder_writer import observed_texts
from scmlang.data.image_file import write_image
from scmlang.data.image_folder import FILE_NAME, table_name
from scmlang.data.table import write_table
from scmlang.mechanisms.build import build_model
from scmlang.neural.plan import NeuralPlan
from scmlang.semantics.domains import Finite
from scmlang.train.batches import tensor_data
from scmlang.train.loading import load_recipe
from scmlang.train.recipe import Recipe
from scmlang.train.runs import Run, create_run
from scmlang.train.settings import neural_settings
from scmlang.train.trainer import Trainer, fit_scales

TINY = (
    "train.batch=4",
    "train.label_batch=8",
    "train.warmup_steps=2",
    "train.seconds=null",
    "train.steps=6",
    "train.log_every=1",
    "train.sample_every=0",
    "train.checkpoint_every=100",
    "train.device=cpu",
    "backbone.channels=[8, 16]",
    "code.width=4",
    "code.refinement=8",
    "code.refinement_batch=6",
    "code.size=2",
    "code.channels=2",
    "recogniser.width=4",
    "diffusion.steps=3",
)
SCENE = """model Scene
D: 0..3
C: {red, green}
A: real
I: image(1, 8, 8)
D -> C
D <-> C
C -> A
{D, A} -> I
"""


def recipe(*overrides: str) -> Recipe:
    return load_recipe("cpu", [*TINY, *overrides])


def plan_of(text: str = SCENE) -> NeuralPlan:
    return Compilation.from_text(text).plan


def split_of(plan: NeuralPlan, rows: int, name: str = "train", seed: int = 0) -> Split:
    random = np.random.default_rng(seed)
    columns = {
        label.name: random.integers(0, label.domain.size, rows) + label.domain.offset
        if isinstance(label.domain, Finite)
        else random.normal(3.0, 2.0, rows)
        for label in plan.labels
    }
    shape = plan.image.domain.shape if plan.image else (0, 0, 0)
    files = tuple(f"{i}.png" for i in range(rows)) if plan.image else ()
    return Split(name, random.integers(0, 256, (rows, *shape), np.uint8), columns, files)


def dataset_of(plan: NeuralPlan, rows: int = 20, path: Path = Path()) -> Dataset:
    return Dataset(path, {name: split_of(plan, rows, name, i) for i, name in enumerate(("train", "val"))})


def folder_of(path: Path, text: str = SCENE, rows: int = 20) -> Path:
    """A data folder of nothing, for a model of one image."""
    compilation = Compilation.from_text(text)
    for seed, name in enumerate(("train", "val", "test")):
        split = split_of(compilation.plan, rows, name, seed)
        (path / name).mkdir(parents=True)
        for file, image in zip(split.files, split.images, strict=True):
            write_image(path / name / file, image)
        columns = {FILE_NAME: list(split.files), **observed_texts(compilation.model, split.columns)}
        write_table(path / name / table_name(True), columns)
    return path


def trainer_of(options: Recipe, text: str = SCENE, rows: int = 20) -> Trainer:
    torch.manual_seed(options.train.seed)
    plan = plan_of(text)
    model = build_model(plan, neural_settings(options, plan))
    data = tensor_data(plan, split_of(plan, rows), torch.device("cpu"))
    fit_scales(model, data)
    return Trainer(model, data, options)


def new_run(runs: Path, options: Recipe, text: str = SCENE) -> Run:
    return create_run(runs, Compilation.from_text(text).model, options, runs / "data")
