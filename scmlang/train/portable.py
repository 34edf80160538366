"""A run small enough to hand on: what queries need, and nothing that only training does.

It is a run folder like any other, with the newest weights alone, its log, and the first held-out pictures
in the place of the data, so that a query without pictures has some to edit. Nothing in it says where it was
made.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from scmlang.data.folder_writer import observed_texts
from scmlang.data.image_file import write_image
from scmlang.data.image_folder import FILE_NAME, image_variable, table_name
from scmlang.data.output import whole_folder
from scmlang.data.shards import read_rows
from scmlang.data.table import write_table
from scmlang.semantics.model import CausalModel
from scmlang.train.atomic import to_json, write_file
from scmlang.train.checkpoint import load_latest, save
from scmlang.train.runs import Run

DATA = "data"
HALVED_FROM = 4096


def write_portable(run: Run, model: CausalModel, out: Path, pictures: int = 8, *, force: bool = False) -> int:
    """Write a run to hand on.

    Args:
        run: the run.
        model: the model that it trained.
        out: the folder to make.
        pictures: rows of the data's test split to take along.
        force: whether to replace an earlier one.

    Returns:
        The step whose weights it has.

    Raises:
        ScmError: E196 when the run has no whole checkpoint, E120 to E137 when its data cannot be read,
            E138 and E139 when the folder cannot be written.
    """
    checkpoint = load_latest(run, only=("model",))
    test = read_rows(run.data, model, "test", pictures)
    image = image_variable(model)
    with whole_folder(out, force, lambda folder: (folder / "run.json").is_file()) as stage:
        record = run.record.model_copy(update={"data": DATA})
        copy = Run(stage, record)
        write_file(stage / "run.json", to_json(record.model_dump(mode="json", by_alias=True)))
        tensors = {"model": halved(checkpoint.tensors["model"])}
        save(copy, checkpoint.step, tensors, {"step": checkpoint.step}, keep=1)
        if run.metrics.is_file():
            shutil.copyfile(run.metrics, copy.metrics)
        folder = copy.data / "test"
        folder.mkdir(parents=True)
        names = [f"{index}.png" for index in range(len(test))] if image else []
        for name, picture in zip(names, test.images, strict=bool(image)):
            write_image(folder / name, picture)
        columns = {**({FILE_NAME: names} if image else {}), **observed_texts(model, test.columns)}
        write_table(folder / table_name(image), columns)
    return checkpoint.step


def halved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Large tensors in half precision, where it can hold them; small ones, the labels' tables, as they are.

    Half precision keeps eleven bits of every number. A model takes them back into its own precision.
    """
    largest = torch.finfo(torch.float16).max
    return {
        name: value.half()
        if value.dtype == torch.float32 and value.numel() >= HALVED_FROM and value.abs().max() <= largest
        else value
        for name, value in tensors.items()
    }
