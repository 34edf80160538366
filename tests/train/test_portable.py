"""A run that is handed on: it answers as the run it was made from does, from any place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.query import QueryOptions, answer_query
from scmlang.train.checkpoint import load_latest, save
from scmlang.train.portable import halved, write_portable
from scmlang.train.runs import Run, newest_run, open_run
from tests.cli.process import run_here
from tests.train.support import new_run, recipe, trainer_of


@pytest.fixture(scope="module")
def original(strokes: Path) -> Run:
    return newest_run(strokes / "runs")


def portable(run: Run, out: Path) -> Run:
    write_portable(run, open_artefact(run).causal_model, out)
    return open_run(out)


def test_it_answers_as_the_original_does_and_can_be_moved(original: Run, tmp_path: Path) -> None:
    portable(original, tmp_path / "made")
    shutil.move(tmp_path / "made", tmp_path / "moved")
    run = open_run(tmp_path / "moved")
    answers = [
        answer_query(open_artefact(which), "do(S=ring)", QueryOptions(steps=2)) for which in (original, run)
    ]
    first, second = answers
    assert len(second.images) == len(first.images) == 8
    for ours, theirs in zip(first.images, second.images, strict=True):
        assert ours.factual == theirs.factual
        assert ours.counterfactual == theirs.counterfactual
        drawn, again = ours.counterfactual_images[0], theirs.counterfactual_images[0]
        difference = np.abs(drawn.astype(float) - again)
        assert difference.mean() < 2
    assert run.metrics.read_bytes() == original.metrics.read_bytes()


def test_nothing_in_it_says_where_it_was_made(original: Run, tmp_path: Path) -> None:
    run = portable(original, tmp_path / "run")
    record = json.loads((run.folder / "run.json").read_text())
    assert record["data"] == "data"
    texts = [path.read_text() for path in run.folder.rglob("*.json*")]
    assert not any(str(original.folder.parent.parent) in text for text in texts)


def test_large_tensors_are_halved_where_half_precision_can_hold_them() -> None:
    tensors = {
        "large": torch.linspace(-3, 3, 5000),
        "small": torch.tensor([1 / 3]),
        "wide": torch.full((5000,), 1e30),
        "whole": torch.arange(5000),
    }
    found = halved(tensors)
    assert {name: value.dtype for name, value in found.items()} == {
        "large": torch.float16,
        "small": torch.float32,
        "wide": torch.float32,
        "whole": torch.int64,
    }
    torch.testing.assert_close(found["large"].float(), tensors["large"], rtol=2**-11, atol=1e-7)
    assert all(torch.equal(found[name], tensors[name]) for name in ("small", "wide", "whole"))


def test_its_checkpoint_has_the_weights_alone_and_is_checked(original: Run, tmp_path: Path) -> None:
    run = portable(original, tmp_path / "run")
    assert set(load_latest(run).tensors) == {"model"}
    weights = next(run.checkpoints.rglob("model.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ScmError) as error:
        open_artefact(run)
    assert error.value.diagnostics[0].code == "E196"


def test_it_cannot_be_trained_on(tmp_path: Path) -> None:
    options = recipe()
    trainer, run = trainer_of(options), new_run(tmp_path, options)
    trainer.save(run)
    state = next(run.checkpoints.iterdir())
    tensors = {"model": load_latest(run).tensors["model"]}
    shutil.rmtree(state)
    save(run, 6, tensors, {"step": 6})
    with pytest.raises(ScmError) as error:
        trainer.resume(run)
    assert error.value.diagnostics[0].code == "E208"


def test_the_command(original: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    command = ("export", original.folder, "--to", "run")
    assert run_here(*command, "--out", out) == 0
    assert "MB" in capsys.readouterr().out
    assert run_here(*command, "--out", out) == 1
    assert "error[E138]" in capsys.readouterr().err
    assert run_here(*command, "--out", out, "--force") == 0
    assert run_here(*command) == 2
