"""The guidance scales that were calibrated for a run, kept in its ``calibration.json``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.train.atomic import read_json, reason, replace_file, to_json
from scmlang.train.runs import Run, check_schema

SCHEMA = 1
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True)


class Trial(_Part):
    """One scale that was tried for one variable.

    Attributes:
        variable: a label that causes the image.
        scale: of its guidance.
        images: that were edited.
        reached: the share in which its new level was recognised.
        kept: of the other labels, the least share that was recognised as before; 1 where there is none.
    """

    variable: str
    scale: Annotated[float, Field(ge=0, le=100)]
    images: Annotated[int, Field(ge=1)]
    reached: Share
    kept: Share


class Calibration(_Part):
    """The content of ``calibration.json``.

    Attributes:
        schema_version: 1; written as ``schema``.
        step: of the checkpoint that was calibrated.
        steps, inversion: how it edited.
        target: of :attr:`Trial.reached`.
        scales: by variable.
        trials: what they were chosen from.
    """

    schema_version: int = Field(default=SCHEMA, alias="schema")
    step: int
    steps: int
    inversion: str
    target: Share
    scales: dict[str, Annotated[float, Field(ge=0, le=100)]]
    trials: tuple[Trial, ...]


def save_calibration(run: Run, calibration: Calibration) -> None:
    """Keep it with the run.

    Raises:
        ScmError: E226 when it cannot be written.
    """
    try:
        replace_file(run.calibration, to_json(calibration.model_dump(mode="json", by_alias=True)))
    except OSError as error:
        message = f"`{run.calibration}` cannot be written: {reason(error)}"
        raise ScmError([Diagnostic("E226", message)]) from None


def load_calibration(run: Run) -> Calibration | None:
    """That of a run; None where there is none.

    Raises:
        ScmError: E225 when it is damaged, E193 when a newer scmlang wrote it.
    """
    path = run.calibration
    if not path.exists():
        return None
    try:
        content = read_json(path)
        check_schema(content, path, SCHEMA)
        return Calibration.model_validate_json(to_json(content))
    except (OSError, ValueError) as error:
        helps = ("calibrate again, or remove the file",)
        raise ScmError([Diagnostic("E225", f"`{path}` is damaged: {reason(error)}", helps=helps)]) from None
