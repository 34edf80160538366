"""Answering a query with a trained model: from text and files to an answer, and the answer to files.

Needs an artefact (:func:`scmlang.compiler.open_artefact`). Guarantees that every mistake in the query, the
given labels or the pictures is a diagnostic, and that nothing is written until the answer is complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from scmlang.data.image_file import read_image, write_image
from scmlang.data.output import whole_file
from scmlang.data.pictures import Caption, Row, difference_map, draw_grid
from scmlang.data.shards import read_rows
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.identify.standing import standing
from scmlang.neural.edit import EditOptions
from scmlang.neural.plan import ImagePlan
from scmlang.neural.query import EditAnswer, ImageAnswer, Level, Subject, edit_subjects
from scmlang.semantics.errors import suggestion
from scmlang.semantics.queries import Edit, read_act, show
from scmlang.semantics.worlds import read_value
from scmlang.train.artefact import Artefact

SCHEMA = 1
TEST_IMAGES = 8
LARGEST_SCALE = 100.0
LARGEST_SAMPLES = 1000
LARGEST_SEED = 2**62


@dataclass(frozen=True)
class QueryOptions:
    """What a query is asked of, and how.

    Attributes:
        images: picture files; none means the first test images of the run's data.
        given: labels of the pictures, as typed; the others are recognised.
        samples: posterior draws per image, at least 1.
        seed: of every random draw.
        steps: sampling steps; None means the recipe's.
        guidance: scale by variable, as typed, instead of the run's.
        sampler: that the edit inverts; None means the recipe's.
    """

    images: tuple[Path, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    samples: int = 1
    seed: int = 0
    steps: int | None = None
    guidance: Mapping[str, str] = field(default_factory=dict)
    sampler: str | None = None


def answer_query(artefact: Artefact, text: str, options: QueryOptions) -> EditAnswer:
    """The counterfactual edit of pictures, or of the run's first test images.

    Raises:
        ScmError: E070 to E072, E200 to E206 and E217 for the query, E128 to E132 for pictures.
    """
    found = asked(artefact, text, options)
    require_range("--samples", options.samples, 1, LARGEST_SAMPLES)
    answer = edit_subjects(
        artefact.model, found.subjects, found.numbers, found.edit, found.text, options.samples
    )
    return replace(answer, identification=standing(artefact.causal_model, found.query))


@dataclass(frozen=True)
class Asked:
    """A query that was read.

    Attributes:
        text: in canonical form.
        query: as a counterfactual of the image.
        numbers: the intervention.
        subjects: the pictures.
        edit: how they are edited.
    """

    text: str
    query: Edit
    numbers: Mapping[str, float]
    subjects: list[Subject]
    edit: EditOptions


def asked(artefact: Artefact, text: str, options: QueryOptions) -> Asked:
    """Read a query, its pictures and options.

    Raises:
        ScmError: as :func:`answer_query`.
    """
    model = artefact.causal_model
    query = read_act(text, model)
    image = artefact.plan.image
    if image is None:
        message = f"the model {model.name} has no image, and only images are edited yet"
        raise ScmError([Diagnostic("E200", message)])
    _require_labels(artefact, query.numbers)
    recipe = artefact.recipe.diffusion
    if options.steps is not None:
        require_range("--steps", options.steps, 1, recipe.train_timesteps)
    require_range("--seed", options.seed, 0, LARGEST_SEED)
    return Asked(
        show(query, model.variables),
        Edit(image.name, query.settings, query.span),
        query.numbers,
        _subjects(artefact, image, options),
        artefact.edit_options(options.steps, options.sampler, _guidance(artefact, options), options.seed),
    )


def _guidance(artefact: Artefact, options: QueryOptions) -> dict[str, float]:
    """The run's guidance, each scale replaced where the options give another."""
    scales = dict(artefact.guidance)
    parents = artefact.plan.image.parents if artefact.plan.image else ()
    for name, text in options.guidance.items():
        if name not in parents:
            message = f"`{name}` does not cause the image, so it cannot guide it"
            raise ScmError([Diagnostic("E206", message, helps=suggestion(name, parents))])
        scales[name] = _scale(name, text)
    return scales


def _scale(name: str, text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = -1.0
    if not 0 <= scale <= LARGEST_SCALE:
        message = f"the guidance of `{name}` must be a number from 0 to {LARGEST_SCALE:g}, and is `{text}`"
        raise ScmError([Diagnostic("E205", message)])
    return scale


def _require_labels(artefact: Artefact, settings: Mapping[str, float]) -> None:
    names = [label.name for label in artefact.plan.labels]
    for name in settings:
        if name not in names:
            message = f"`{name}` is latent, and a trained model holds observed variables only"
            raise ScmError([Diagnostic("E201", message)])


def require_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ScmError([Diagnostic("E205", f"{name} must be from {low} to {high}, and is {value}")])


def _subjects(artefact: Artefact, image: ImagePlan, options: QueryOptions) -> list[Subject]:
    known = _known(artefact, options.given)
    if options.images:
        return [Subject(str(path), read_image(path, image.domain), known) for path in options.images]
    folder = artefact.run.data
    split = read_rows(folder, artefact.causal_model, "test", TEST_IMAGES)
    return [
        Subject(
            str(folder / "test" / split.files[i]),
            split.images[i],
            {**{name: float(column[i]) for name, column in split.columns.items()}, **known},
        )
        for i in range(len(split))
    ]


def _known(artefact: Artefact, given: Mapping[str, str]) -> dict[str, float]:
    """The given labels as numeric values."""
    known: dict[str, float] = {}
    for name, text in given.items():
        variable = artefact.causal_model.variables.get(name)
        labels = [label.name for label in artefact.plan.labels]
        if variable is None or name not in labels:
            message = f"there is no label `{name}` to be given"
            raise ScmError([Diagnostic("E203", message, helps=suggestion(name, labels))])
        value = read_value(variable.domain, text)
        if value is None:
            message = f"`{text}` is no value of `{name}`"
            raise ScmError([Diagnostic("E204", message, helps=(f"the domain is {variable.domain}",))])
        known[name] = value
    return known


def read_pairs(texts: Sequence[str]) -> dict[str, str]:
    """``D=3`` and the like as names and values.

    Raises:
        ScmError: E202 when a text has another form, or a name comes twice.
    """
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            message = f"`{text}` is not of the form name=value"
            raise ScmError([Diagnostic("E202", message, helps=("write, for instance, D=3",))])
        if name in given:
            raise ScmError([Diagnostic("E202", f"`{name}` is given twice, as `{given[name]}` and `{value}`")])
        given[name] = value
    return given


def to_json(answer: EditAnswer, paths: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The answer as JSON's values, schema 1.

    Args:
        answer: the answer.
        paths: of every image, the files that :func:`write_pictures` wrote.
    """
    images = []
    for image, files in zip(answer.images, paths, strict=True):
        entry: dict[str, Any] = {
            "file": image.file,
            "factual": dict(image.factual),
            "confidence": dict(image.confidence),
            "recognised": {name: dict(levels) for name, levels in image.recognised.items()},
            "counterfactual": dict(image.counterfactual[0]),
            "reconstruction_l1": image.reconstruction_l1,
            "labels": [asdict(chance) for chance in image.labels],
            "paths": dict(files),
        }
        if answer.samples > 1:
            entry["samples"] = [dict(labels) for labels in image.counterfactual]
            entry["readings"] = [dict(labels) for labels in image.readings]
        images.append(entry)
    rests = answer.identification
    return {
        "schema": SCHEMA,
        "query": answer.query,
        "status": answer.status,
        "identification": None if rests is None else rests.to_json(),
        "images": images,
    }


def write_pictures(answer: EditAnswer, folder: Path) -> list[dict[str, str]]:
    """Write each picture on its own; further draws get a number: ``0000_counterfactual_1.png``.

    Raises:
        ScmError: when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_pictures(answer, folder)
    except OSError as error:
        message = f"`{error.filename or folder}` cannot be written: {error.strerror or error}"
        raise ScmError([Diagnostic("E139", message)]) from None


def _write_pictures(answer: EditAnswer, folder: Path) -> list[dict[str, str]]:
    written = []
    for i, image in enumerate(answer.images):
        pictures = {"factual": image.factual_image, "reconstruction": image.reconstruction}
        for k, edited in enumerate(image.counterfactual_images):
            pictures["counterfactual" if k == 0 else f"counterfactual_{k}"] = edited
        files = {}
        for name, pixels in pictures.items():
            path = folder / f"{i:04d}_{name}.png"
            write_image(path, pixels)
            files[name] = str(path)
        written.append(files)
    return written


def write_grid(answer: EditAnswer, path: Path, *, difference: bool = False) -> None:
    """One PNG: factual, reconstruction and every draw of the counterfactual in rows, labels under them.

    Args:
        answer: the answer.
        path: of the PNG.
        difference: whether a row under each draw shows where it differs from the factual picture.

    Raises:
        ScmError: when it cannot be written.
    """
    images = answer.images
    rows = [
        Row("factual", _stack([i.factual_image for i in images]), [_caption(i.factual) for i in images]),
        Row("reconstruction", _stack([i.reconstruction for i in images])),
    ]
    for k in range(answer.samples):
        rows.append(
            Row(
                answer.query,
                _stack([image.counterfactual_images[k] for image in images]),
                [_caption(image.counterfactual[k], image.readings[k]) for image in images],
            )
        )
        if difference:
            maps = [difference_map(i.factual_image, i.counterfactual_images[k]) for i in images]
            rows.append(Row("|difference|", _stack(maps)))
    with whole_file(path, force=True) as stage:
        draw_grid(rows).save(stage, format="PNG")


def _stack(pictures: Sequence[Any]) -> Any:
    import numpy as np

    return np.stack(pictures)


def _caption(labels: Mapping[str, Level], before: Mapping[str, Level] | None = None) -> Caption:
    lines = tuple(f"{name}={show_level(value)}" for name, value in labels.items())
    changed = tuple(before is not None and before[name] != value for name, value in labels.items())
    return Caption(lines, changed)


def show_level(value: Level) -> str:
    """A label's value for people: reals with three significant digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def changes(image: ImageAnswer, draw: int = 0) -> list[str]:
    """Per label: ``red`` where it stays, ``red -> green`` where the counterfactual differs."""
    after = image.counterfactual[draw]
    return [
        show_level(value) if after[name] == value else f"{show_level(value)} -> {show_level(after[name])}"
        for name, value in image.readings[draw].items()
    ]
