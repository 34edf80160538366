"""A training from start to end: what it leaves in its folder, stopped or finished."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from scmlang.compiler import Compilation, open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.neural.losses import TrainingObjective
from scmlang.train.artefact import restore
from scmlang.train.batches import step_rows
from scmlang.train.checkpoint import has_checkpoint, load_latest
from scmlang.train.lock import locked
from scmlang.train.metrics_log import read_metrics
from scmlang.train.recipe import Recipe
from scmlang.train.runs import Run
from scmlang.train.session import Outcome, start_run, train_run
from scmlang.train.trainer import Trainer
from tests.train.support import SCENE, dataset_of, new_run, plan_of, recipe


def start(path: Path, options: Recipe, text: str = SCENE, **keywords) -> Outcome:
    plan = plan_of(text)
    return train_run(new_run(path, options, text), plan, dataset_of(plan), **keywords)


def go_on(run: Run, **keywords) -> Outcome:
    plan = plan_of(run.record.model_text)
    return train_run(run, plan, dataset_of(plan), resume=True, **keywords)


def steps(run: Run) -> list[int]:
    return [record["step"] for record in read_metrics(run.metrics)]


def final(run: Run) -> dict[str, torch.Tensor]:
    return dict(load_latest(run).tensors["model"])


def test_a_finished_training_leaves_metrics_a_picture_and_a_checkpoint(tmp_path: Path) -> None:
    outcome = start(tmp_path, recipe())
    assert (outcome.step, outcome.finished, outcome.warnings) == (6, True, ())
    records = read_metrics(outcome.run.metrics)
    assert [record["step"] for record in records] == [1, 2, 3, 4, 5, 6]
    terms = {
        "diffusion", "reconstruction", "classification", "level", "likelihood", "kl", "prior", "recognition"
    }  # fmt: skip
    assert set(records[-1]) == {"step", "fraction", "loss", "images_per_second", "seconds", *terms}
    (grid,) = outcome.run.samples.iterdir()
    with Image.open(grid) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 100
    assert load_latest(outcome.run).step == 6


def test_a_stopped_training_saves_and_goes_on_to_the_same_end(tmp_path: Path) -> None:
    whole = start(tmp_path / "whole", recipe())
    seen: list[int] = []
    stopped = start(
        tmp_path / "stopped",
        recipe(),
        listen=lambda progress: seen.append(progress.step),
        stopped=lambda: len(seen) >= 3,
    )
    assert (stopped.finished, load_latest(stopped.run).step) == (False, stopped.step)
    assert stopped.step < 6
    torch.manual_seed(77)
    resumed = go_on(stopped.run)
    assert (resumed.step, resumed.finished) == (6, True)
    assert steps(stopped.run) == steps(whole.run)
    wanted, found = final(whole.run), final(stopped.run)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_a_stop_at_the_last_step_is_the_end(tmp_path: Path) -> None:
    seen: list[int] = []
    outcome = start(tmp_path, recipe(), listen=lambda p: seen.append(p.step), stopped=lambda: 6 in seen)
    assert outcome.finished


def test_what_is_finished_stays_finished(tmp_path: Path) -> None:
    outcome = start(tmp_path, recipe())
    before = final(outcome.run)
    again = go_on(outcome.run)
    assert (again.step, again.finished) == (6, True)
    assert all(torch.equal(value, before[name]) for name, value in final(again.run).items())


def test_pictures_on_the_way_do_not_change_the_training(tmp_path: Path) -> None:
    plain = start(tmp_path / "a", recipe())
    drawn = start(tmp_path / "b", recipe("train.sample_every=2"))
    assert len(list(drawn.run.samples.iterdir())) == 3
    wanted, found = final(plain.run), final(drawn.run)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_checkpoints_and_pictures_come_when_they_are_due_whatever_is_logged(tmp_path: Path) -> None:
    options = recipe(
        "train.steps=10",
        "train.log_every=7",
        "train.checkpoint_every=2",
        "train.sample_every=5",
        "train.keep_checkpoints=10",
    )
    run = start(tmp_path, options).run
    assert sorted(p.name for p in run.checkpoints.iterdir()) == [f"step_{n:08d}" for n in (2, 4, 6, 8, 10)]
    assert sorted(p.name for p in run.samples.iterdir()) == ["step_00000005.png", "step_00000010.png"]
    assert {7, 10} <= set(steps(run))


def test_a_training_of_labels_alone_needs_no_pictures(tmp_path: Path) -> None:
    text = "model M\nX, Y: binary\nX -> Y\nX <-> Y\n"
    outcome = start(tmp_path, recipe(), text)
    assert outcome.finished
    assert list(outcome.run.samples.iterdir()) == []
    assert open_artefact(outcome.run).model.generator is None


def test_a_run_without_a_checkpoint_cannot_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(ScmError) as error:
        go_on(new_run(tmp_path, recipe()))
    assert error.value.diagnostics[0].code == "E196"


@pytest.mark.parametrize(
    ("override", "code"), [("train.precision=fp16", "E186"), ("backbone.channels=[12]", "E187")]
)
def test_a_training_that_cannot_start_leaves_no_run(tmp_path: Path, override: str, code: str) -> None:
    model = Compilation.from_text(SCENE).model
    with pytest.raises(ScmError) as error:
        start_run(tmp_path / "runs", model, plan_of(), recipe(override), tmp_path)
    assert error.value.diagnostics[0].code == code
    assert not (tmp_path / "runs").exists()


def test_the_process_computes_as_before_afterwards(tmp_path: Path) -> None:
    """Denormal numbers and the number of threads belong to whoever called."""
    before, inside = torch.get_num_threads(), []

    def listen(progress: object) -> None:
        inside.append((torch.get_num_threads(), tiny()))

    def tiny() -> float:
        return float(torch.tensor([5e-324], dtype=torch.float64) * 1)

    start(tmp_path, recipe("train.threads=2", "train.steps=1"), listen=listen)
    assert inside == [(2, 0.0)]
    assert (torch.get_num_threads(), tiny()) == (before, 5e-324)
    with pytest.raises(ScmError):
        go_on(new_run(tmp_path, recipe("train.threads=2")))
    assert (torch.get_num_threads(), tiny()) == (before, 5e-324)


# --- what is restored


def test_the_artefact_is_the_averaged_model_on_the_cpu(tmp_path: Path) -> None:
    outcome = start(tmp_path, recipe())
    artefact = open_artefact(outcome.run)
    assert (artefact.step, artefact.recipe, artefact.warnings) == (6, recipe(), ())
    assert not artefact.model.training
    saved = final(outcome.run)
    assert all(torch.equal(value, saved[name]) for name, value in artefact.model.state_dict().items())
    assert artefact.causal_model.name == "Scene"


def test_a_damaged_checkpoint_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    outcome = start(tmp_path, recipe("train.checkpoint_every=2", "train.keep_checkpoints=5"))
    newest = load_latest(outcome.run).folder / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1] + b"\0")
    artefact = open_artefact(outcome.run)
    assert artefact.step == 4
    assert [warning.code for warning in artefact.warnings] == ["W190"]


def test_a_checkpoint_of_another_shape_says_what_does_not_fit(tmp_path: Path) -> None:
    outcome = start(tmp_path, recipe())
    other = Compilation.from_text(SCENE.replace("0..3", "0..4"))
    with pytest.raises(ScmError) as error:
        restore(outcome.run, other.plan, other.model)
    (problem,) = error.value.diagnostics
    assert problem.code == "E182"
    assert "autoencoders.D.table.weight" in problem.message
    assert "\n" not in problem.message


def test_a_run_is_trained_by_one_process_at_a_time(tmp_path: Path) -> None:
    run = new_run(tmp_path, recipe())
    with locked(run), pytest.raises(ScmError) as error:
        go_on(run)
    assert error.value.diagnostics[0].code == "E209"
    with locked(run):
        pass


def test_a_lock_ends_with_the_process_that_was_killed(tmp_path: Path) -> None:
    run = new_run(tmp_path, recipe())
    script = f"""
import sys, time
from pathlib import Path
from scmlang.train.lock import locked
from scmlang.train.runs import open_run
with locked(open_run(Path({str(run.folder)!r}))):
    print("held", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ScmError), locked(run):
            pass
        other.kill()
        other.wait()
    with locked(run):
        pass


def test_a_divergence_keeps_the_state_before_it_and_names_the_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, losses = TrainingObjective.forward, iter([1.0, 1.0, 1.0, math.nan])

    def forward(*arguments, **keywords):
        loss, terms = honest(*arguments, **keywords)
        return loss * next(losses), {**terms, "kl": terms["kl"] * math.inf}

    monkeypatch.setattr(TrainingObjective, "forward", forward)
    options = recipe("train.checkpoint_every=100")
    run = new_run(tmp_path, options)
    plan = plan_of()
    with pytest.raises(ScmError) as error:
        train_run(run, plan, dataset_of(plan))
    assert error.value.diagnostics[0].code == "E181"
    told = json.loads(run.divergence.read_text())
    assert (told["step"], told["terms"]["kl"]) == (4, None)
    assert told["rows"] == step_rows(20, options.train.batch, 3, options.train.seed).tolist()
    checkpoint = load_latest(run)
    assert checkpoint.step == 3
    assert all(value.isfinite().all() for value in checkpoint.tensors["model"].values())


def test_weights_that_are_no_numbers_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "is_finite", False)
    monkeypatch.setattr("scmlang.train.trainer.torch.isfinite", lambda loss: False)
    run = new_run(tmp_path, recipe())
    with pytest.raises(ScmError):
        train_run(run, plan_of(), dataset_of(plan_of()))
    assert not has_checkpoint(run)
    assert run.divergence.exists()
