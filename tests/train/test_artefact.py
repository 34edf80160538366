"""How a trained model is asked to edit: the recipe's way, and others by the name of a sampler."""

from __future__ import annotations

from pathlib import Path

import pytest

from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.neural.edit import EditOptions
from scmlang.train.artefact import Artefact
from scmlang.train.session import train_run
from tests.train.support import dataset_of, new_run, plan_of, recipe


def artefact(folder: Path, *overrides: str) -> Artefact:
    options, plan = recipe("train.steps=1", *overrides), plan_of()
    return open_artefact(train_run(new_run(folder, options), plan, dataset_of(plan)).run)


def refusal(of: Artefact, steps: int | None, sampler: str | None) -> str:
    with pytest.raises(ScmError) as error:
        of.edit_options(steps, sampler, {}, 0)
    (problem,) = error.value.diagnostics
    assert problem.code == "E217"
    return problem.message


def test_a_diffusion_model_inverts_what_is_asked_for(tmp_path: Path) -> None:
    made = artefact(tmp_path, "diffusion.inversion=ddim", "code.fit_steps=4")
    assert made.edit_options(None, None, {"D": 2.0}, 5) == EditOptions(3, "ddim", {"D": 2.0}, 5, fit_steps=4)
    assert made.edit_options(2, "ddpm", {}, 0) == EditOptions(2, "edit_friendly", {}, 0, fit_steps=4)
    assert made.edit_options(2, "sde-dpmsolver++", {}, 0) == EditOptions(2, "ledits++", {}, 0, fit_steps=4)
    assert "`dpmsolver++` draws new images only" in refusal(made, None, "dpmsolver++")
    assert "no sampler `euler`" in refusal(made, None, "euler")


def test_a_variational_autoencoder_has_nothing_to_choose(tmp_path: Path) -> None:
    made = artefact(tmp_path, "generator.name=cvae", "code.fit_steps=0")
    assert made.edit_options(None, None, {"D": 2.0}, 5) == EditOptions(1, "encoder", {"D": 2.0}, 5)
    for steps, sampler in ((2, None), (None, "ddim")):
        assert "`cvae` draws in one pass" in refusal(made, steps, sampler)
