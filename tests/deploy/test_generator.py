"""What is exported draws the pictures that the run's own model draws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from diffusers import DDPMScheduler, DiffusionPipeline
from torch import Tensor

import scmlang
from scmlang.compiler import Compilation
from scmlang.deploy.components import StepScheduler
from scmlang.deploy.folder import RECORD, WEIGHTS, load_generator, write_generator
from scmlang.deploy.pipeline import ScmlangPipeline, write_pipeline
from scmlang.diagnostics.base import ScmError
from scmlang.mechanisms.build import build_model
from scmlang.neural.image import Condition
from scmlang.neural.samplers import SAMPLERS
from scmlang.train.artefact import Artefact
from scmlang.train.settings import neural_settings
from tests.train.support import SCENE, new_run, recipe

LABELS = {"D": [0, 3, 1], "A": [2.5, 3.0, -1.0]}
KINDS = {
    "diffusion": (),
    "latent_diffusion": ("generator.name=latent_diffusion", "latent.channels=[8, 16]", "latent.groups=4"),
    "cvae": ("generator.name=cvae",),
}


def artefact_of(folder: Path, *overrides: str, text: str = SCENE) -> Artefact:
    """A model of random weights, as if it had been trained."""
    options = recipe(*overrides)
    compilation = Compilation.from_text(text)
    torch.manual_seed(1)
    model = build_model(compilation.plan, neural_settings(options, compilation.plan)).eval()
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    for module in model.modules():
        if hasattr(module, "location"):
            module.location += 0.3
    return Artefact(new_run(folder, options, text), compilation.model, compilation.plan, model, 5)


@torch.no_grad()
def drawn(artefact: Artefact, sampler: str, steps: int, scale: float = 1.0) -> Tensor:
    """By the model itself: code noise and the sampler's noise from one seed."""
    model, source = artefact.model, torch.Generator().manual_seed(7)
    assert model.generator is not None
    noise = torch.randn((3, *model.generator.code_shape), generator=source)
    vectors = {
        "D": model.vector("D", torch.tensor(LABELS["D"])),
        "A": model.vector("A", torch.tensor(LABELS["A"])),
    }
    code = model.generator.respond_code(noise, model.generator.condition(vectors))
    condition = Condition(vectors, code, {"D": torch.full((3,), scale)})
    return model.generator.sample(condition, sampler, steps, source)


@pytest.fixture(scope="module", params=["diffusion", "latent_diffusion"])
def artefact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    return artefact_of(tmp_path_factory.mktemp("deploy"), *KINDS[request.param])


@pytest.fixture(scope="module")
def pipeline(artefact: Artefact, tmp_path_factory: pytest.TempPathFactory) -> ScmlangPipeline:
    folder = tmp_path_factory.mktemp("pipeline") / "out"
    write_pipeline(artefact, folder)
    written = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert written == {".json", ".safetensors"}
    loaded = DiffusionPipeline.from_pretrained(folder)
    assert isinstance(loaded, ScmlangPipeline)
    loaded.set_progress_bar_config(disable=True)
    return loaded


@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_is_read_back_as_the_same_function(kind: str, tmp_path: Path) -> None:
    artefact = artefact_of(tmp_path, *KINDS[kind])
    write_generator(artefact, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [RECORD, WEIGHTS]
    picture = scmlang.load_generator(tmp_path / "out")
    for scale in (1.0, 3.0):
        own = picture.sample(LABELS, seed=7, steps=4, sampler="ddpm", guidance={"D": scale})
        assert torch.equal(own, drawn(artefact, "ddpm", 4, scale))
    assert own.shape == (3, 1, 8, 8)


def test_the_noise_of_a_code_is_found_again(tmp_path: Path) -> None:
    artefact = artefact_of(tmp_path)
    write_generator(artefact, tmp_path / "out")
    picture, model = load_generator(tmp_path / "out"), artefact.model
    images = 2 * torch.rand(3, 1, 8, 8) - 1
    labels = {name: torch.tensor(values) for name, values in LABELS.items()}
    assert model.generator is not None
    with torch.no_grad():
        condition = model.generator.condition({name: model.vector(name, labels[name]) for name in ("D", "A")})
        noise = model.generator.code_noise(model.generator.encode(images, condition).mean, condition)
    assert torch.equal(picture.code_noise(images, LABELS), noise)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_pipeline_draws_what_the_run_draws(
    artefact: Artefact, pipeline: ScmlangPipeline, sampler: str
) -> None:
    pipeline.scheduler = StepScheduler.from_config(pipeline.scheduler.config, sampler=sampler)
    for scale in (1.0, 3.0):
        images = pipeline(
            LABELS,
            num_inference_steps=4,
            generator=torch.Generator().manual_seed(7),
            guidance={"D": scale},
            output_type="pt",
        ).images
        torch.testing.assert_close(images, drawn(artefact, sampler, 4, scale), rtol=1e-5, atol=1e-5)


def test_a_scheduler_of_diffusers_takes_its_place(artefact: Artefact, pipeline: ScmlangPipeline) -> None:
    pipeline.scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
    source = torch.Generator().manual_seed(7)
    images = pipeline(LABELS, num_inference_steps=7, generator=source, output_type="pt").images
    torch.testing.assert_close(images, drawn(artefact, "ddpm", 7), rtol=1e-3, atol=1e-3)


def test_a_pipeline_gives_pictures(pipeline: ScmlangPipeline) -> None:
    pictures = pipeline({"D": ["3"], "A": [1.5]}, num_inference_steps=2).images
    assert [(picture.size, picture.mode) for picture in pictures] == [((8, 8), "L")]


@pytest.mark.parametrize(
    "labels",
    [
        {"D": [1]},
        {"D": [1], "A": [0.0], "C": ["red"]},
        {"D": [4], "A": [0.0]},
        {"D": [1.5], "A": [0.0]},
        {"D": [1, 2], "A": [0.0]},
    ],
)
def test_labels_that_do_not_fit(labels: dict[str, list[object]], tmp_path: Path) -> None:
    write_generator(artefact_of(tmp_path), tmp_path / "out")
    with pytest.raises(ValueError, match=r"depends on|no value of D|different numbers"):
        load_generator(tmp_path / "out").sample(labels)


def test_what_denoises_nothing_is_no_pipeline(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match="E224: the generator draws in one pass"):
        write_pipeline(artefact_of(tmp_path, *KINDS["cvae"]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_model_without_an_image_has_no_generator(tmp_path: Path) -> None:
    artefact = artefact_of(tmp_path, text="model Two\nX, Y: binary\nX -> Y\n")
    with pytest.raises(ScmError, match=r"E224: .* has no image"):
        write_generator(artefact, tmp_path / "out")


@pytest.mark.parametrize("harm", ["weights", "record", "schema", "plugin", "missing"])
def test_a_damaged_folder_is_said_to_be_one(harm: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_generator(artefact_of(tmp_path), folder)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    plugin = {"group": "scmlang.backbones", "name": "theirs", "package": "second", "version": "1"}
    if harm == "weights":
        (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-9])
    elif harm == "missing":
        (folder / WEIGHTS).unlink()
    else:
        change = {"record": {"recipe": {"train": {"steps": "many"}}}, "schema": {"schema": 2}}
        record |= change.get(harm, {"plugins": [plugin]})
        (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ScmError) as raised:
        load_generator(folder)
    codes = {"schema": "E193", "plugin": "E223"}
    assert [d.code for d in raised.value.diagnostics] == [codes.get(harm, "E224")]
