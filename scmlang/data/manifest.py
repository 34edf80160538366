"""``manifest.json``: how a data folder was made, enough to make it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.model import CausalModel

FILE = "manifest.json"
FORMAT = "scmlang-data"
SCHEMA = 1
_MAX_BYTES = 1 << 24


@dataclass(frozen=True)
class RendererRecord:
    """What decided a renderer's pixels, beside parameters and noise."""

    settings: Mapping[str, str]
    identity: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """The record of one data folder.

    Attributes:
        model: the model's name.
        text: the model's source text.
        columns: the domain of every observed variable, as the language writes it.
        image: the name of the observed image; None without one.
        seed: of the sampling.
        splits: rows of each part.
        renderers: by renderer name.
        versions: of the programs that wrote the folder.
    """

    model: str
    text: str = field(repr=False)
    columns: Mapping[str, str]
    image: str | None
    seed: int
    splits: Mapping[str, int]
    renderers: Mapping[str, RendererRecord]
    versions: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The fingerprint of the model's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def settings(self) -> dict[str, str]:
        """The settings of all renderers, as :func:`scmlang.data.renderers.configured` takes them."""
        return {k: v for record in self.renderers.values() for k, v in record.settings.items()}

    def to_json(self) -> str:
        """The file's text."""
        body = {"format": FORMAT, "schema": SCHEMA, "model_sha256": self.sha256, **asdict(self)}
        return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def observed_columns(model: CausalModel) -> dict[str, str]:
    """The domains of a model's observed variables, as a manifest records them."""
    return {variable.name: str(variable.domain) for variable in model.observed}


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a data folder; None where there is none, as in a folder of one's own.

    Raises:
        ScmError: E134 when there is one and it cannot be used.
    """
    path = folder / FILE
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError("it is too large")
        return _from_json(json.loads(data))
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        message = f"`{path}` is no manifest of a data folder: {error}"
        raise ScmError([Diagnostic("E134", message)]) from error


def is_ours(folder: Path) -> bool:
    """The folder was written by ``scmlang sample``, so ``--force`` may replace it."""
    try:
        return read_manifest(folder) is not None
    except ScmError:
        return False


def _from_json(body: Any) -> Manifest:
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ValueError("another program wrote it")
    if body.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {body.get('schema')!r}, and this version reads {SCHEMA}")
    manifest = Manifest(
        model=_typed(body, "model", str),
        text=_typed(body, "text", str),
        columns=_typed(body, "columns", dict),
        image=None if body.get("image") is None else _typed(body, "image", str),
        seed=_typed(body, "seed", int),
        splits=_typed(body, "splits", dict),
        renderers={k: RendererRecord(v["settings"], v["identity"]) for k, v in body["renderers"].items()},
        versions=_typed(body, "versions", dict),
    )
    if body.get("model_sha256") != manifest.sha256:
        raise ValueError("its model text and its `model_sha256` disagree")
    return manifest


def _typed(body: Mapping[str, Any], key: str, kind: type) -> Any:
    value = body[key]
    if not isinstance(value, kind):
        raise ValueError(f"`{key}` should be a {kind.__name__}")
    return value
