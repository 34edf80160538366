"""Strips: beside each picture what it would have been, configuration by configuration, with probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scmlang.data.output import whole_file
from scmlang.data.pictures import Caption, Row, difference_map, draw_grid
from scmlang.neural.query import STATUS
from scmlang.neural.worlds import Strip, World, strips
from scmlang.query import QueryOptions, asked, require_range, show_level
from scmlang.train.artefact import Artefact

SCHEMA = 1
MOST_WORLDS = 64


@dataclass(frozen=True)
class StripAnswer:
    """A query in canonical form, and a strip for each of its pictures."""

    query: str
    strips: tuple[Strip, ...]
    status: str = STATUS


def answer_strips(artefact: Artefact, text: str, options: QueryOptions, most: int) -> StripAnswer:
    """What pictures would have been: at most ``most`` label configurations of each, the most probable ones.

    Raises:
        ScmError: as :func:`scmlang.query.answer_query`; E205 when ``most`` is out of range.
    """
    require_range("--draws", most, 1, MOST_WORLDS)
    found = asked(artefact, text, options)
    return StripAnswer(
        found.text, tuple(strips(artefact.model, found.subjects, found.numbers, found.edit, most))
    )


def strips_to_json(answer: StripAnswer) -> dict[str, Any]:
    """The answer as JSON's values, schema 1."""
    return {
        "schema": SCHEMA,
        "query": answer.query,
        "status": answer.status,
        "images": [
            {
                "file": strip.file,
                "factual": dict(strip.factual),
                "draws": strip.draws,
                "worlds": [{"labels": dict(world.labels), "p": world.p} for world in strip.worlds],
                "rest": strip.rest,
            }
            for strip in answer.strips
        ],
    }


def write_strips(answer: StripAnswer, path: Path, *, difference: bool = False) -> None:
    """One PNG: a row a picture, itself first, then its worlds; differences under them where asked for.

    Raises:
        ScmError: when it cannot be written.
    """
    rows: list[Row] = []
    for strip in answer.strips:
        pictures = [strip.factual_image, *(world.image for world in strip.worlds)]
        captions = [
            _caption(("factual",), strip),
            *(_caption((_share(w.p),), strip, w) for w in strip.worlds),
        ]
        rows.append(Row(Path(strip.file).name, _stack(pictures), captions))
        if difference:
            maps = [difference_map(strip.factual_image, picture) for picture in pictures]
            rows.append(Row("|difference|", _stack(maps)))
    with whole_file(path, force=True) as stage:
        draw_grid(rows).save(stage, format="PNG")


def _caption(above: Sequence[str], strip: Strip, world: World | None = None) -> Caption:
    labels = strip.factual if world is None else world.labels
    lines = (*above, *(f"{name}={show_level(value)}" for name, value in labels.items()))
    changed = (strip.factual[name] != value for name, value in labels.items())
    return Caption(lines, (*(False for _ in above), *changed))


def _share(p: float) -> str:
    return f"p = {p:.3f}" if p >= 0.0005 else "p < .001"


def _stack(pictures: Sequence[Any]) -> Any:
    import numpy as np

    return np.stack(pictures)
