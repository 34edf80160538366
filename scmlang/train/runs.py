"""Run folders: everything one training used and made.

::

    runs/frontdoor/3/
        run.json             the model's text, the recipe as resolved, the data folder, versions
        metrics.jsonl        one record a line
        samples/             sample grids on the way
        checkpoints/
            step_00001000/   see scmlang.train.checkpoint
        latest.json          which checkpoint is the newest, for other programs
        calibration.json     the scales that `calibrate` found for guidance
        diverged.json        the step, the rows and the terms of a loss that was not finite

A folder is claimed by ``mkdir``, which only one process can win, so trainings that start at the same
moment get numbers of their own. Until ``run.json`` is there, in one piece, a folder is no run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.model import CausalModel
from scmlang.train.atomic import read_json, reason, replace_file, to_json
from scmlang.train.plugins import Plugin
from scmlang.train.recipe import Recipe

SCHEMA = 1


class RunRecord(BaseModel):
    """The content of ``run.json``.

    Attributes:
        schema_version: 1; written as ``schema``.
        scmlang: the version that made the run.
        created: when, in UTC.
        model: the model's name.
        model_source: the name of the text it was read from.
        model_text: that text.
        recipe: as resolved, with every override applied.
        data: the path of the data folder, absolute, or relative to the run's folder.
        seed: of everything random in the training.
        plugins: what it takes from other packages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    scmlang: str
    created: datetime
    model: str
    model_source: str
    model_text: str
    recipe: Recipe
    data: str
    seed: int
    plugins: tuple[Plugin, ...] = ()


@dataclass(frozen=True)
class Run:
    """One run and the paths of its parts."""

    folder: Path
    record: RunRecord

    @property
    def name(self) -> str:
        """``frontdoor/3``."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def data(self) -> Path:
        return self.folder / self.record.data

    @property
    def metrics(self) -> Path:
        return self.folder / "metrics.jsonl"

    @property
    def divergence(self) -> Path:
        return self.folder / "diverged.json"

    @property
    def samples(self) -> Path:
        return self.folder / "samples"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def latest(self) -> Path:
        return self.folder / "latest.json"

    @property
    def calibration(self) -> Path:
        return self.folder / "calibration.json"


def create_run(
    runs: Path, model: CausalModel, recipe: Recipe, data: Path, plugins: tuple[Plugin, ...] = ()
) -> Run:
    """Claim the next number under ``runs/<model>/`` and write the run's record.

    Raises:
        ScmError: E194 when the folder cannot be written.
    """
    record = RunRecord(
        scmlang=version("scmlang"),
        created=datetime.now(UTC),
        model=model.name,
        model_source=model.source.name,
        model_text=model.source.text,
        recipe=recipe,
        data=str(data.resolve()),
        seed=recipe.train.seed,
        plugins=plugins,
    )
    try:
        run = Run(_claim(runs / _folder_name(model.name)), record)
        run.samples.mkdir()
        run.checkpoints.mkdir()
        replace_file(run.folder / "run.json", to_json(record.model_dump(mode="json", by_alias=True)))
    except OSError as error:
        raise ScmError([_unwritable(runs, error)]) from None
    return run


def open_run(folder: Path) -> Run:
    """The run in a folder.

    Raises:
        ScmError: E191 when it is none, E192 when its record is damaged, E193 when a newer scmlang
            wrote it.
    """
    path = folder / "run.json"
    if not path.is_file():
        raise ScmError([Diagnostic("E191", f"`{folder}` is not a run", helps=_run_helps(folder))])
    try:
        content = read_json(path)
        check_schema(content, path, SCHEMA)
        return Run(folder, RunRecord.model_validate_json(to_json(content)))
    except (OSError, ValueError) as error:
        helps = ("choose another run with --run", "remove the folder if nothing in it is needed")
        raise ScmError([Diagnostic("E192", f"`{path}` is damaged: {_reason(error)}", helps=helps)]) from None


def newest_run(runs: Path, model: str | None = None) -> Run:
    """The run that was started last, of one model or of all.

    Raises:
        ScmError: E190 when there is none; what :func:`open_run` raises when its record is damaged.
    """
    folders = [runs / _folder_name(model)] if model is not None else _subfolders(runs)
    newest = [found for folder in folders if (found := _newest_of(folder)) is not None]
    if not newest:
        raise ScmError([_no_run(runs, model)])
    return max(map(open_run, newest), key=lambda run: (run.record.created, run.folder.name))


def run_folders(runs: Path) -> list[Path]:
    """The folders in a folder of runs that have a record, by model and number."""
    return [
        folder / str(number)
        for folder in _subfolders(runs)
        for number in sorted(_numbers(folder))
        if (folder / str(number) / "run.json").exists()
    ]


def check_schema(content: dict[str, object], path: Path, known: int) -> None:
    """Refuse a file whose format is unknown here.

    Raises:
        ScmError: E193.
        ValueError: when there is no schema number at all.
    """
    schema = content.get("schema")
    if not isinstance(schema, int) or schema < 1:
        raise ValueError("it has no schema number")
    if schema > known:
        message = f"`{path}` has schema {schema}; this scmlang reads up to {known}"
        raise ScmError(
            [Diagnostic("E193", message, helps=("use the scmlang that wrote it, or a newer one",))]
        )


def _claim(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    number = max(_numbers(folder), default=0) + 1
    while True:
        try:
            (folder / str(number)).mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder / str(number)


def _numbers(folder: Path) -> Iterator[int]:
    return (int(entry.name) for entry in folder.iterdir() if re.fullmatch(r"[1-9][0-9]{0,17}", entry.name))


def _newest_of(folder: Path) -> Path | None:
    """The highest number whose record is written; a folder without one is just being claimed."""
    if not folder.is_dir():
        return None
    begun = (n for n in sorted(_numbers(folder), reverse=True) if (folder / str(n) / "run.json").exists())
    number = next(begun, None)
    return None if number is None else folder / str(number)


def _subfolders(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []


def _folder_name(model: str) -> str:
    """A model's name as a folder's: nothing in it that a file system reads otherwise."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", model) or "_"


def _no_run(runs: Path, model: str | None) -> Diagnostic:
    what = f"no run of `{model}`" if model is not None else "no run"
    others = [folder.name for folder in _subfolders(runs) if _newest_of(folder) is not None]
    helps = ["train one: scmlang train FILE --data DIR", *_run_helps(runs)]
    notes = [f"it holds runs of {', '.join(others)}"] if others else []
    return Diagnostic("E190", f"there is {what} in `{runs}`", helps=(*notes, *helps))


def _run_helps(folder: Path) -> tuple[str, ...]:
    """For the likely confusion of a folder of runs with a run."""
    if (folder / "run.json").is_file():
        return (f"`{folder}` is itself a run: --run {folder}",)
    if (newest := _newest_of(folder)) is not None:
        return (f"a run has a number: --run {newest}",)
    return ()


def _unwritable(runs: Path, error: OSError) -> Diagnostic:
    return Diagnostic("E194", f"no run can be started in `{runs}`: {reason(error)}")


def _reason(error: Exception) -> str:
    """As :func:`~scmlang.train.atomic.reason`, with pydantic's first complaint by the key it is about."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"`{'.'.join(map(str, first['loc']))}`: {first['msg']}"
    return reason(error)
