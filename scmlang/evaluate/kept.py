"""Evaluations that were made already: a run is not edited again for a comparison of the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.evaluate.evaluation import Options
from scmlang.evaluate.interventions import Act
from scmlang.evaluate.truth import Units
from scmlang.train.atomic import to_json
from scmlang.train.runs import Run

VERSION = 1  # of what the evaluation does; a change of it makes older cells unusable


def evaluation_key(run: Run, step: int, units: Units, acts: Sequence[Act], options: Options) -> str:
    """A hash of everything that the cells of a run depend on.

    Args:
        run: the run.
        step: of its checkpoint.
        units: the held-out units.
        acts: the interventions; none stands for the default ones.
        options: how it is evaluated.
    """
    content = {
        "version": VERSION,
        "run": [run.record.model_text, run.record.created.isoformat(), run.record.seed, step],
        "units": units_key(units),
        "acts": [act.text for act in acts],
        "options": asdict(options) | {"parts": sorted(options.parts)},
    }
    return hashlib.sha256(to_json(content)).hexdigest()


def units_key(units: Units) -> str:
    """A hash of which units these are."""
    manifest = units.truth.manifest
    content = [units.truth.model.source.text, manifest.sha256, manifest.seed, list(units.split.files)]
    return hashlib.sha256(to_json({"units": content})).hexdigest()


def require_same_units(names: Sequence[str], all_units: Sequence[Units]) -> None:
    """Refuse runs that were not evaluated on the same held-out units.

    Raises:
        ScmError: E210.
    """
    first = units_key(all_units[0])
    others = [
        (name, units) for name, units in zip(names, all_units, strict=True) if units_key(units) != first
    ]
    if others:
        name, units = others[0]
        message = (
            f"`{names[0]}` and `{name}` have other data, {all_units[0].truth.data} and {units.truth.data}, "
            "so no image is in both"
        )
        helps = ("name a data folder that all of them are evaluated on: --data DIR",)
        raise ScmError([Diagnostic("E210", message, helps=helps)])
