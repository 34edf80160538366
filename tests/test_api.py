"""The Python API: a model file as an object."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import scmlang
from scmlang.train.checkpoint import load_latest
from tests.cli.process import EXAMPLES

TINY = ("train.steps=6", "train.batch=4", "backbone.channels=[8, 16]", "code.width=4", "recogniser.width=4")
STROKES = EXAMPLES / "strokes" / "strokes.scm"


def test_a_file_and_its_text_are_the_same_model() -> None:
    loaded, read = scmlang.load(STROKES), scmlang.loads(STROKES.read_text(encoding="utf-8"))
    assert (loaded.name, loaded.variables) == ("Strokes", ("Z", "S", "T", "K", "I"))
    assert (read.name, read.variables) == (loaded.name, loaded.variables)
    assert scmlang.load(str(STROKES)).name == "Strokes"


def test_every_mistake_is_in_the_error() -> None:
    with pytest.raises(scmlang.ScmError) as error:
        scmlang.loads("model M\nX: 0..-1\nY: real\nY -> Z\n")
    assert len(error.value.diagnostics) >= 2


def test_compiling_needs_no_data() -> None:
    summary = scmlang.load(STROKES).compile("cpu", ["backbone.channels=[8, 16]"])
    assert summary.parameters == sum(part.parameters for part in summary.parts)
    assert summary.settings.channels == (8, 16)
    with pytest.raises(scmlang.ScmError, match="E155"):
        scmlang.load(STROKES).compile("cpu", ["backbone.chanels=[8, 16]"])


def test_training_and_asking(strokes: Path, tmp_path: Path) -> None:
    model = scmlang.load(STROKES)
    steps: list[int] = []
    run = model.train(
        strokes / "data",
        overrides=[*TINY, "train.log_every=2"],
        runs=tmp_path / "runs",
        listen=lambda progress: steps.append(progress.step),
    )
    assert steps == [2, 4, 6]
    assert load_latest(run).step == 6
    newest = model.query("do(S=ring)", runs=tmp_path / "runs", steps=2)
    for where in (run, run.folder, str(run.folder)):
        answer = model.query("do(S=ring)", run=where, steps=2)
        assert np.array_equal(
            answer.images[3].counterfactual_images[0], newest.images[3].counterfactual_images[0]
        )
    picture = strokes / "data" / "test" / "000000.png"
    given = {"S": "ring", "K": 4, "T": 2.5, "Z": True}
    options = {"samples": 2, "seed": 3, "guidance": {"S": 2.0}, "steps": 2}
    answer = model.query("do(S=cross)", run=run, images=[str(picture)], given=given, **options)
    (image,) = answer.images
    assert (image.factual, image.confidence) == ({"Z": "fancy", "S": "ring", "T": 2.5, "K": 4}, {})
    assert len(image.counterfactual) == 2


def test_numbers_are_given_in_any_type(strokes: Path) -> None:
    picture = strokes / "data" / "test" / "000000.png"
    model = scmlang.load(STROKES)
    for value in (3, 3.0, "3", np.int64(3), np.float64(3.0)):
        options = {"images": [picture], "given": {"K": value}, "steps": 1}
        answer = model.query("do(S=ring)", runs=strokes / "runs", **options)
        assert answer.images[0].factual["K"] == 3


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lambda model, path: model.train(path / "nowhere", runs=path), "E120"),
        (lambda model, path: model.train(path, "fast", runs=path), "E151"),
        (lambda model, path: model.query("do(S=ring)", runs=path), "E190"),
        (lambda model, path: model.query("do(S=ring)", run=path), "E191"),
        (lambda model, path: scmlang.load(path / "absent.scm"), "E001"),
    ],
)
def test_mistakes_raise_diagnostics_and_leave_nothing(tmp_path: Path, action, code: str) -> None:
    with pytest.raises(scmlang.ScmError) as error:
        action(scmlang.load(STROKES), tmp_path)
    assert error.value.diagnostics[0].code == code
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_not_there() -> None:
    with pytest.raises(AttributeError):
        _ = scmlang.nothing
    assert set(scmlang.__all__) <= set(dir(scmlang))
