"""A generator as a folder of its own: ``generator.json`` and ``generator.safetensors``."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from scmlang.data.output import whole_folder
from scmlang.deploy.picture import PictureModel
from scmlang.deploy.record import SCHEMA, GeneratorRecord
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.train.artefact import Artefact
from scmlang.train.atomic import read_json, reason, to_json, write_file
from scmlang.train.runs import check_schema

RECORD, WEIGHTS = "generator.json", "generator.safetensors"


def write_generator(artefact: Artefact, out: Path, *, force: bool = False) -> None:
    """Write the image mechanism of a trained model.

    Raises:
        ScmError: E224 when the model has no image; E138 and E139 when the folder cannot be written.
    """
    picture = PictureModel.of(artefact)
    with whole_folder(out, force, lambda folder: (folder / RECORD).is_file()) as stage:
        write_file(stage / RECORD, to_json(picture.record.model_dump(mode="json", by_alias=True)))
        tensors = {name: value.contiguous() for name, value in picture.state_dict().items()}
        save_file(tensors, str(stage / WEIGHTS))


def load_generator(folder: str | Path) -> PictureModel:
    """The image mechanism that ``scmlang export RUN --as torch`` wrote, in evaluation mode, on the CPU.

    Nothing in the folder is run: classes are named by the registries, weights are numbers.

    Raises:
        ScmError: E224 when it is damaged or does not fit, E193 when a newer scmlang wrote it, E223 when it
            needs a package that is not installed.
    """
    path = Path(folder) / RECORD
    try:
        content = read_json(path)
        check_schema(content, path, SCHEMA)
        picture = PictureModel(GeneratorRecord.model_validate_json(to_json(content)))
        picture.load_state_dict(load_file(Path(folder) / WEIGHTS))
    except (OSError, ValueError, ValidationError, SafetensorError, RuntimeError) as error:
        message = f"`{folder}` holds no generator that can be used: {reason(error)}"
        helps = ("write it again: scmlang export RUN --as torch -o DIR",)
        raise ScmError([Diagnostic("E224", message, helps=helps)]) from None
    return picture.eval()
