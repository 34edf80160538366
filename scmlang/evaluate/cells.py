"""A report as a list of cells: what two evaluations are compared by.

The cells of a run are kept beside its report, with the scores of every unit, so that runs can be compared
later, image by image, without editing again.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.evaluate.metrics import Estimate, Scores
from scmlang.evaluate.report import Report
from scmlang.train.atomic import reason, replace_file

SCHEMA = 1
FILE = "scores.npz"


@dataclass(frozen=True)
class Cell:
    """One number of a report, and where it stands.

    Attributes:
        part: the table.
        do: the intervention, or empty.
        what: the row within the part.
        measure: of the number.
        estimate: the number.
    """

    part: str
    do: str
    what: str
    measure: str
    estimate: Estimate

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.part, self.do, self.what, self.measure


def cells(report: Report) -> tuple[Cell, ...]:
    """Every number of a report that other evaluations have as well, in its order."""
    found = (*_edits(report), *_model(report))
    summary = [Cell("summary", "", h.what, h.measure, h.estimate) for h in report.summary]
    rest = [Cell(*row[:4], row[4]) for row in found if row[4] is not None]
    return (*summary, *rest)


_Row = tuple[str, str, str, str, Estimate | None]


def _edits(report: Report) -> Iterator[_Row]:
    for e in report.effects:
        for t in e.targets:
            yield "effectiveness", e.do, f"{t.variable}, all", t.measure, t.all
            yield "effectiveness", e.do, f"{t.variable}, changed", t.measure, t.changed
        for o in e.others:
            yield "other labels", e.do, f"{o.variable} as before", o.measure, o.factual
            yield "other labels", e.do, f"{o.variable} as the model's", o.measure, o.model
            yield "other labels", e.do, f"{o.variable} as the true one", o.measure, o.truth
        for p in e.pixels:
            yield "pictures", e.do, p.comparison, "L1 of 255", p.l1
            yield "pictures", e.do, p.comparison, "dB", p.psnr
            yield "pictures", e.do, p.comparison, "SSIM", p.ssim
        for m in e.measured:
            yield "measured", e.do, f"{m.parameter}, the model's", "mean absolute error", m.model
            yield "measured", e.do, f"{m.parameter}, the true one", "mean absolute error", m.truth
        yield "what should not change", e.do, "identity", "L1 of 255", e.identity
        yield "what should not change", e.do, "minimality", "L1 of 255", e.minimality
        for mechanism in e.mechanisms:
            yield "label mechanisms", e.do, mechanism.variable, mechanism.measure, mechanism.error
    for c in report.composition:
        yield "composition", "", f"cycles: {c.cycles}", "L1 of 255", c.l1
    for r in report.reversibility:
        yield "reversibility", r.do, "do and back", "L1 of 255", r.l1
    for s in report.staying:
        yield "who keeps a label", s.do, f"{s.variable}={s.level}", "share", s.judged


def _model(report: Report) -> Iterator[_Row]:
    for p in report.probes:
        yield "code", "", f"{p.variable} from the {p.code}, {p.probe}", "points above chance", p.above
    for d in report.distributions:
        if d.joint is not None:
            yield "distributions", d.do, "joint", "total variation", Estimate(d.joint, None, None, d.rows)
    for m in report.marginals:
        if m.off is not None:
            yield "estimand", m.do, m.variable, "probability off", Estimate(m.off, None, None, m.rows)
    for i in report.inside:
        yield "bounds", i.do, f"{i.variable}, {i.by}", "share inside", i.share
    for r in report.realism:
        yield "realism", r.do, f"{r.pictures}, Fréchet distance", "judge's features", r.frechet
        yield "realism", r.do, f"{r.pictures}, precision", "share", r.precision
        yield "realism", r.do, f"{r.pictures}, recall", "share", r.recall


def save_cells(found: tuple[Cell, ...], key: str, folder: Path) -> None:
    """Keep cells with the scores of their units.

    Args:
        found: the cells.
        key: of everything that they depend on.
        folder: where :data:`FILE` goes.

    Raises:
        ScmError: E234 when it cannot be written.
    """
    index = {"schema": SCHEMA, "key": key, "cells": [_record(cell) for cell in found]}
    arrays: dict[str, Any] = {"index": np.frombuffer(json.dumps(index).encode(), np.uint8)}
    for i, cell in enumerate(found):
        if cell.estimate.scores is not None:
            arrays |= {f"units{i}": cell.estimate.scores.units, f"values{i}": cell.estimate.scores.values}
    data = io.BytesIO()
    np.savez_compressed(data, allow_pickle=False, **arrays)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / FILE, data.getvalue())
    except OSError as error:
        raise ScmError([Diagnostic("E234", f"`{folder}` cannot be written: {reason(error)}")]) from None


def load_cells(key: str, folder: Path) -> tuple[Cell, ...] | None:
    """The kept cells; None where there are none of that key, or damaged ones."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as data:
            index = json.loads(data["index"].tobytes())
            if index["schema"] != SCHEMA or index["key"] != key:
                return None
            return tuple(_cell(record, i, data) for i, record in enumerate(index["cells"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error):
        return None


def _record(cell: Cell) -> dict[str, Any]:
    e = cell.estimate
    return {"place": cell.place, "mean": e.mean, "low": e.low, "high": e.high, "n": e.n}


def _cell(record: dict[str, Any], i: int, data: Any) -> Cell:
    part, do, what, measure = record["place"]
    scores = Scores(data[f"units{i}"], data[f"values{i}"]) if f"units{i}" in data else None
    estimate = Estimate(record["mean"], record["low"], record["high"], record["n"], scores)
    return Cell(part, do, what, measure, estimate)
