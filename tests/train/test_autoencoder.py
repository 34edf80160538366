"""An autoencoder that was trained elsewhere, in a folder of diffusers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL

from scmlang.compiler import Compilation, open_artefact
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.neural.latent import LatentDiffusionGenerator
from scmlang.train.recipe import Recipe
from scmlang.train.session import Outcome, start_run, train_run
from tests.train.support import SCENE, dataset_of, plan_of, recipe

LATENT = ("generator.name=latent_diffusion", "backbone.patch=1", "latent.channels=[8, 16]")


def saved(folder: Path, **sizes: object) -> Path:
    """A folder as diffusers saves it, of a small autoencoder with random weights."""
    torch.manual_seed(1)
    known = {
        "in_channels": 1,
        "out_channels": 1,
        "down_block_types": ("DownEncoderBlock2D",) * 2,
        "up_block_types": ("UpDecoderBlock2D",) * 2,
        "block_out_channels": (4, 8),
        "layers_per_block": 2,
        "latent_channels": 3,
        "norm_num_groups": 4,
    }
    AutoencoderKL(**{**known, **sizes}).save_pretrained(folder)
    return folder


def recipe_of(folder: Path, *overrides: str) -> Recipe:
    return recipe(*LATENT, f"latent.autoencoder={folder}", *overrides)


def start(path: Path, options: Recipe) -> Outcome:
    plan = plan_of(SCENE)
    run = start_run(path / "runs", Compilation.from_text(SCENE).model, plan, options, path)
    return train_run(run, plan, dataset_of(plan))


def problem(path: Path, options: Recipe) -> Diagnostic:
    with pytest.raises(ScmError) as error:
        start(path, options)
    (found,) = error.value.diagnostics
    return found


def test_its_sizes_and_weights_become_the_runs_and_stay_as_they_are(tmp_path: Path) -> None:
    folder = saved(tmp_path / "vae")
    outcome = start(tmp_path, recipe_of(folder))
    latent = outcome.run.record.recipe.latent
    assert (latent.channels, latent.layers, latent.latents, latent.groups) == ((4, 8), 2, 3, 4)
    assert (latent.attention, latent.quant) == (True, True)
    wanted = AutoencoderKL.from_pretrained(folder, use_safetensors=True).state_dict()
    shutil.rmtree(folder)
    generator = open_artefact(outcome.run).model.generator
    assert isinstance(generator, LatentDiffusionGenerator)
    found = generator.first.autoencoder.state_dict()
    assert all(torch.equal(found[name], value) for name, value in wanted.items())
    assert (generator.first.scale != 1).all()


def test_a_stopped_run_goes_on_without_the_folder(tmp_path: Path) -> None:
    folder, plan = saved(tmp_path / "vae"), plan_of(SCENE)
    model = Compilation.from_text(SCENE).model
    run = start_run(tmp_path / "runs", model, plan, recipe_of(folder), tmp_path)
    stopped = train_run(run, plan, dataset_of(plan), stopped=lambda: True)
    assert not stopped.finished
    shutil.rmtree(folder)
    assert train_run(run, plan, dataset_of(plan), resume=True).finished


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    found = problem(tmp_path, recipe_of(tmp_path / "nothing"))
    assert found.code == "E215"
    assert found.source is not None
    assert found.span is not None
    assert "nothing" in found.source.text[found.span.start : found.span.end]
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_description_that_is_none(tmp_path: Path, text: str) -> None:
    folder = saved(tmp_path / "vae")
    (folder / "config.json").write_text(text)
    assert problem(tmp_path, recipe_of(folder)).code == "E215"


def test_weights_that_would_have_to_be_unpickled(tmp_path: Path) -> None:
    folder = saved(tmp_path / "vae")
    (folder / "diffusion_pytorch_model.safetensors").rename(folder / "diffusion_pytorch_model.bin")
    found = problem(tmp_path, recipe_of(folder))
    assert found.code == "E215"
    assert "diffusion_pytorch_model.safetensors" in found.message
    assert not (tmp_path / "runs").exists()


def test_weights_that_are_cut_short(tmp_path: Path) -> None:
    folder = saved(tmp_path / "vae")
    weights = folder / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    assert problem(tmp_path, recipe_of(folder)).code == "E215"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_class_name", "AutoencoderTiny"),
        ("in_channels", 3),
        ("act_fn", "relu"),
        ("use_post_quant_conv", False),
        ("down_block_types", ["AttnDownEncoderBlock2D", "DownEncoderBlock2D"]),
    ],
)
def test_an_autoencoder_of_another_kind(tmp_path: Path, key: str, value: object) -> None:
    folder = saved(tmp_path / "vae")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, key: value}))
    found = problem(tmp_path, recipe_of(folder))
    assert found.code == "E216"
    assert f"`{key}`" in found.message


@pytest.mark.parametrize("value", [4, [], ["wide"], None])
def test_sizes_that_are_none(tmp_path: Path, value: object) -> None:
    folder = saved(tmp_path / "vae")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "block_out_channels": value}))
    assert problem(tmp_path, recipe_of(folder)).code == "E216"


def test_weights_of_other_sizes_than_are_described(tmp_path: Path) -> None:
    folder = saved(tmp_path / "vae")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "layers_per_block": 1, "latent_channels": 2}))
    assert problem(tmp_path, recipe_of(folder)).code in ("E215", "E216")


def test_no_other_generator_asks_for_it(tmp_path: Path) -> None:
    outcome = start(tmp_path, recipe("latent.autoencoder=nowhere"))
    assert outcome.finished


def test_a_first_stage_is_over_when_a_stopped_training_goes_on(tmp_path: Path) -> None:
    """Stopped in the second stage, the autoencoder is what it was at the end of the first."""
    plan, seen = plan_of(SCENE), []
    options = recipe(*LATENT, "train.steps=8", "latent.share=0.25")
    run = start_run(tmp_path / "runs", Compilation.from_text(SCENE).model, plan, options, tmp_path)
    train_run(run, plan, dataset_of(plan), listen=seen.append, stopped=lambda: len(seen) >= 4)
    before = open_artefact(run).model.generator.first.state_dict()
    train_run(run, plan, dataset_of(plan), resume=True)
    after = open_artefact(run).model.generator.first.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert "first_stage" in seen[0].terms
    assert "first_stage" not in seen[-1].terms
