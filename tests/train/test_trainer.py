"""The training loop: exact resumption, averages, and what stops it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from scmlang.diagnostics.base import ScmError
from scmlang.train.checkpoint import load_latest
from scmlang.train.devices import choose_device
from scmlang.train.loading import load_recipe
from scmlang.train.optimizer import parameter_groups
from scmlang.train.trainer import Trainer, fit_scales
from tests.train.support import SCENE, new_run, recipe, trainer_of


def train(trainer: Trainer, until: int | None = None) -> list[float]:
    losses = []
    for progress in trainer:
        losses.append(progress.loss)
        if progress.step == until:
            break
    return losses


def weights(trainer: Trainer) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def averages(trainer: Trainer) -> dict[str, Tensor]:
    with trainer.averaged() as model:
        return {name: value.clone() for name, value in model.state_dict().items()}


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


RESUMED = {
    "averaged": ([], SCENE),
    "not averaged": (["train.ema=0"], SCENE),
    "plain": (["train.channels_last=false", "train.grad_clip=null", "train.schedule=constant"], SCENE),
    "in parts": (["train.parts=3", "train.batch=5"], SCENE),
    "with a flow": (["code.flow=2"], SCENE),
    "without a code": (["code.channels=0"], SCENE),
    "a batch that is an epoch": (["train.batch=20"], SCENE),
    "a batch of several epochs": (["train.batch=50"], SCENE),
    "noise": (["diffusion.prediction=epsilon"], SCENE),
    "flow matching": (["diffusion.path=rectified_flow", "diffusion.prediction=flow_prediction"], SCENE),
    "an autoencoder of its own": (
        [
            "generator.name=latent_diffusion",
            "latent.channels=[8, 16]",
            "latent.share=0.7",
            "backbone.patch=1",
        ],
        SCENE,
    ),
    "a variational autoencoder": (["generator.name=cvae"], SCENE),
    "labels alone": ([], "model M\nX, Y: binary\nX -> Y\nX <-> Y\n"),
    "networks of labels": ([], SCENE + "mechanism D, C: mlp(hidden=[4])\n"),
    "networks that see the image": ([], SCENE + "mechanism D, C: cnn(hidden=[4])\n"),
}


@pytest.mark.parametrize(("overrides", "text"), RESUMED.values(), ids=RESUMED)
def test_a_resumed_training_is_the_uninterrupted_one(tmp_path: Path, overrides: list[str], text: str) -> None:
    """To the bit: weights, averaged weights and losses of 6 steps are those of 3 + 3."""
    options = recipe("train.ema=0.9", *overrides)
    whole = trainer_of(options, text)
    losses = train(whole)
    first, run = trainer_of(options, text), new_run(tmp_path, options, text)
    begun = train(first, until=3)
    first.save(run)
    torch.manual_seed(999)
    second = trainer_of(options, text)
    checkpoint = second.resume(run)
    assert (checkpoint.step, second.step) == (3, 3)
    assert begun + train(second) == losses
    assert same(weights(second), weights(whole))
    assert same(averages(second), averages(whole))


def test_swapping_and_label_widths_are_resumed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scmlang.train.trainer.SWAPPING_STARTS", 2)
    options = recipe("loss.swap=0.5")
    losses = train(trainer_of(options))
    first, run = trainer_of(options), new_run(tmp_path, options)
    begun = train(first, until=3)
    first.save(run)
    second = trainer_of(options)
    second.resume(run)
    assert begun + train(second) == losses


def test_the_average_is_the_formula() -> None:
    """w̄ ← d w̄ + (1 − d) w, with d = min(decay, (1 + t)/(10 + t)) at step t, from the initial weights."""
    trainer = trainer_of(recipe("train.ema=0.6"))
    wanted = [p.detach().clone() for p in trainer.model.parameters()]
    for step, _ in enumerate(trainer, start=1):
        decay = min(0.6, step / (9 + step)) if step > 1 else 0.0
        wanted = [
            decay * a + (1 - decay) * p.detach()
            for a, p in zip(wanted, trainer.model.parameters(), strict=True)
        ]
    with trainer.averaged() as model:
        for found, value in zip(model.parameters(), wanted, strict=True):
            torch.testing.assert_close(found.detach(), value, atol=1e-5, rtol=1e-4)


def test_averaging_leaves_the_training_weights_as_they_were() -> None:
    trainer = trainer_of(recipe("train.ema=0.5"))
    train(trainer, until=2)
    before = weights(trainer)
    with trainer.averaged() as model:
        assert not model.training
        assert not same(dict(model.state_dict()), before)
    assert trainer.model.training
    assert same(weights(trainer), before)


def test_without_an_average_the_weights_are_their_own() -> None:
    trainer = trainer_of(recipe("train.ema=0"))
    train(trainer, until=2)
    assert same(averages(trainer), weights(trainer))


def test_memory_layouts_train_alike() -> None:
    losses = [train(trainer_of(recipe(f"train.channels_last={value}"))) for value in ("true", "false")]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_the_seed_decides_the_training() -> None:
    first, again, other = (train(trainer_of(recipe(f"train.seed={s}"))) for s in (0, 0, 1))
    assert first == again
    assert first != other


def test_training_lowers_the_loss() -> None:
    options = recipe("train.steps=60", "train.batch=16", "train.log_every=20")
    losses = train(trainer_of(options, rows=16))
    assert losses[-1] < losses[0]


def test_a_model_of_labels_alone_is_trained() -> None:
    text = "model M\nX, Y: binary\nX -> Y\nX <-> Y\n"
    progress = list(trainer_of(recipe(), text))[-1]
    assert set(progress.terms) == {"reconstruction", "classification", "level", "likelihood"}


def test_networks_that_see_the_image_are_trained() -> None:
    trainer = trainer_of(recipe(), SCENE + "mechanism D, C: cnn(hidden=[4])\n")
    assert all(math.isfinite(loss) for loss in train(trainer))


def test_progress_counts() -> None:
    seen = list(trainer_of(recipe("train.log_every=4")))
    assert [progress.step for progress in seen] == [4, 6]
    assert seen[-1].fraction == 1
    assert seen[-1].seconds_left == 0
    assert seen[0].images_per_second > 0


def test_the_gradient_of_a_batch_is_the_sum_over_its_parts() -> None:
    """Without random numbers: a model of labels alone, whose loss is a mean over rows."""
    text = "model M\nX: binary\nY: 0..2\nX -> Y\nX <-> Y\n"
    trained = {}
    for parts in (1, 2, 4, 100):
        trainer = trainer_of(recipe(f"train.parts={parts}", "train.batch=8", "train.label_batch=8"), text)
        losses = train(trainer)
        trained[parts] = losses, weights(trainer)
    for losses, values in trained.values():
        assert losses == pytest.approx(trained[1][0], rel=1e-5)
        for name, value in values.items():
            torch.testing.assert_close(value, trained[1][1][name], rtol=1e-4, atol=1e-6)


def test_the_clock_can_end_a_training() -> None:
    options = recipe("train.steps=100000", "train.seconds=0.2")
    last = list(trainer_of(options))[-1]
    assert last.fraction == 1
    assert last.step < 100_000


def test_a_stop_is_seen_after_the_step() -> None:
    trainer = trainer_of(recipe("train.steps=1000", "train.log_every=500"))
    trainer.stopped = lambda: trainer.step >= 3
    assert next(iter(trainer)).step == 3


def test_at_last_the_flow_alone_is_refined_for_the_averaged_weights() -> None:
    trainer = trainer_of(recipe("train.ema=0.5", "train.steps=8", "code.refinement_share=0.5"))
    seen = iter(trainer)
    terms = [next(seen).terms for _ in range(4)]
    assert all("diffusion" in part and "refinement" not in part for part in terms)
    before = averages(trainer)
    assert not same(before, weights(trainer))
    refined = [name for name in before if ".refinement." in name]
    assert len(refined) > 4
    assert [set(progress.terms) for progress in seen] == [{"refinement"}] * 4
    after, own = averages(trainer), weights(trainer)
    for name in before:
        moved = name in refined
        assert torch.equal(before[name], own[name]) != moved, name
        assert torch.equal(after[name], own[name]) != moved, name


@pytest.mark.parametrize("until", [3, 4, 6])
def test_a_training_is_resumed_before_and_in_the_refinement(tmp_path: Path, until: int) -> None:
    options = recipe("train.ema=0.9", "train.steps=8", "code.refinement_share=0.5")
    whole = trainer_of(options)
    losses = train(whole)
    first, run = trainer_of(options), new_run(tmp_path, options)
    begun = train(first, until=until)
    first.save(run)
    second = trainer_of(options)
    second.resume(run)
    assert begun + train(second) == losses
    assert same(weights(second), weights(whole))
    assert same(averages(second), averages(whole))


def test_rates_warm_up_and_fall_in_each_part_of_the_training() -> None:
    options = recipe("train.steps=200", "train.warmup_steps=10", "code.refinement_share=0.5")
    trainer = trainer_of(options)
    factors = []
    for step in range(200):
        trainer.step = step
        factors.append(trainer._schedule())
    for part in (factors[:100], factors[100:]):
        assert part[0] < 0.2
        assert part[:6] == sorted(part[:6])
        assert part[10:] == sorted(part[10:], reverse=True)
        assert part[-1] == pytest.approx(0.01, abs=1e-3)


def test_rates_warm_up_and_fall() -> None:
    options = recipe("train.steps=100", "train.warmup_steps=10", "code.refinement=0")
    trainer = trainer_of(options)
    factors = []
    for step in range(100):
        trainer.step = step
        factors.append(trainer._schedule())
    assert factors[0] == pytest.approx(0.1, rel=1e-2)
    assert factors[:9] == sorted(factors[:9])
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[-1] == pytest.approx(0.01, abs=1e-3)


@pytest.mark.parametrize("couplings", [0, 2])
def test_label_mechanisms_have_their_own_rate_and_they_and_the_flow_no_decay(couplings: int) -> None:
    options = recipe(f"code.flow={couplings}")
    trainer = trainer_of(options)
    others, labels, *flow = groups = parameter_groups(trainer.model, options)
    assert others["weight_decay"] == options.train.weight_decay > 0
    assert labels["lr"] == options.train.label_lr
    assert labels["weight_decay"] == 0
    assert [group["weight_decay"] for group in flow] == [0.0] * bool(couplings)
    counted = [p for group in groups for p in group["params"]]  # type: ignore[union-attr]
    assert {id(p) for p in counted} == {id(p) for p in trainer.model.parameters()}
    assert len(counted) == len({id(p) for p in counted})


def test_scales_are_those_of_the_training_data() -> None:
    trainer = trainer_of(recipe())
    part, values = trainer.model.autoencoder("A"), trainer.data.labels["A"]
    assert float(part.location) == pytest.approx(float(values.mean()))
    assert float(part.scale) == pytest.approx(float(values.std(correction=0)))
    trainer.data.labels["A"].fill_(2.0)
    fit_scales(trainer.model, trainer.data)
    assert float(part.scale) > 0


def test_a_loss_that_is_no_number_ends_the_training_and_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    options = recipe("train.steps=100")
    trainer, run = trainer_of(options), new_run(tmp_path, options)
    train(trainer, until=2)
    trainer.save(run)
    next(trainer.model.parameters()).data.fill_(math.nan)
    with pytest.raises(ScmError) as error:
        train(trainer)
    assert [d.code for d in error.value.diagnostics] == ["E181"]
    assert "step 3" in error.value.diagnostics[0].message
    checkpoint = load_latest(run)
    assert checkpoint.step == 2
    assert all(value.isfinite().all() for value in checkpoint.tensors["model"].values())


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device is there")
def test_a_device_that_is_not_there_is_underlined(tmp_path: Path) -> None:
    with pytest.raises(ScmError) as error:
        choose_device(recipe("train.device=cuda"))
    (problem,) = error.value.diagnostics
    assert problem.code == "E180"
    assert problem.source is not None
    assert problem.span is not None
    assert problem.source.text[problem.span.start : problem.span.end] == "cuda"
    path = tmp_path / "mine.yaml"
    path.write_text("extends: cpu\ntrain:\n  device: cuda\n", encoding="utf-8")
    with pytest.raises(ScmError) as error:
        choose_device(load_recipe(path))
    (problem,) = error.value.diagnostics
    assert problem.source is not None
    assert problem.span is not None
    assert problem.source.name == str(path)
    assert problem.source.position(problem.span.start) == (3, 11)


@pytest.mark.skipif(torch.cuda.is_available(), reason="half precision works there")
def test_half_precision_that_the_device_lacks_is_underlined() -> None:
    with pytest.raises(ScmError) as error:
        choose_device(recipe("train.precision=fp16"))
    (problem,) = error.value.diagnostics
    assert problem.code == "E186"
    assert problem.source is not None
    assert problem.span is not None
    assert problem.source.text[problem.span.start : problem.span.end] == "fp16"


def test_trainings_of_different_precision_follow_each_other() -> None:
    first = train(trainer_of(recipe()))
    half = train(trainer_of(recipe("train.precision=bf16")))
    again = train(trainer_of(recipe()))
    assert first == again
    assert half != first
    assert half == pytest.approx(first, rel=0.1)


def test_data_sets_smaller_than_a_batch_are_gone_through_again() -> None:
    assert all(math.isfinite(loss) for loss in train(trainer_of(recipe("train.batch=7"), rows=1)))
