"""64 counterfactual edits in one call against 1000 ancestral steps of the same network by diffusers.

An edit fits the code as often as the recipe says, inverts the sampler and runs it again, so 50 steps are 100
network evaluations and those of the fit. The yardstick
evaluates the network as it comes (NCHW, float32) and steps with ``DDPMScheduler``; a slice of its steps is
timed beside each of ours and scaled up, since all cost the same. Times are the processor's, so that what else
runs does not count. They do not depend on weights, so without a run these are what the recipe ``cpu`` starts
from.
``python benchmarks/edit.py [RUN]``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import torch
from diffusers import DDPMScheduler
from torch import Tensor

from scmlang.compiler import Compilation, open_artefact
from scmlang.mechanisms.build import build_model
from scmlang.neural.edit import EditOptions, counterfactual_edits
from scmlang.neural.generator import DiffusionGenerator
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.train.loading import load_recipe
from scmlang.train.recipe import Recipe
from scmlang.train.runs import open_run
from scmlang.train.settings import neural_settings

ROUNDS, IMAGES, STEPS, SLICE = 2, 64, 1000, 20
EXAMPLE = Path(__file__).parent.parent / "examples" / "bar_mnist" / "frontdoor.scm"
VARIANTS = {
    "50 steps": EditOptions(50, batch=IMAGES),
    "50 steps, guided": EditOptions(50, guidance={"C": 2.0}, batch=IMAGES),
    "20 steps": EditOptions(20, batch=IMAGES),
    "12 steps": EditOptions(12, batch=IMAGES),
    "20 steps, guided": EditOptions(20, guidance={"C": 2.0}, batch=IMAGES),
    "50 steps, bfloat16": EditOptions(50, batch=IMAGES, bfloat16=True),
    "20 steps, bfloat16": EditOptions(20, batch=IMAGES, bfloat16=True),
}


def learned(run: str | None) -> tuple[NeuralCausalModel, Recipe]:
    """A trained model, or one that was not trained yet."""
    if run is not None:
        artefact = open_artefact(open_run(Path(run)))
        return artefact.model, artefact.recipe
    recipe, plan = load_recipe("cpu", []), Compilation.from_file(EXAMPLE).plan
    return build_model(plan, neural_settings(recipe, plan)).eval(), recipe


def subjects(model: NeuralCausalModel) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """Images, labels, and an intervention on the colour that changes every one of them."""
    generator = torch.Generator().manual_seed(0)
    assert model.plan.image is not None
    images = 2 * torch.rand(IMAGES, *model.plan.image.domain.shape, generator=generator) - 1
    labels = model.sample_labels(IMAGES, {}, generator)
    return images, labels, {"C": 1 - labels["C"]}


def edits(model: NeuralCausalModel, options: EditOptions) -> None:
    images, labels, do = subjects(model)
    counterfactual_edits(model, images, labels, [do], options)


@torch.no_grad()
def ancestral(model: NeuralCausalModel, recipe: Recipe, steps: int) -> None:
    """The first of 1000 steps, in the loop of diffusers' ``DDPMPipeline``."""
    generator = model.generator
    assert isinstance(generator, DiffusionGenerator)
    images, labels, _ = subjects(model)
    scheduler = DDPMScheduler(
        num_train_timesteps=recipe.diffusion.train_timesteps,
        beta_schedule=recipe.diffusion.beta_schedule,
        prediction_type=recipe.diffusion.prediction,
    )
    scheduler.set_timesteps(STEPS)
    seed = torch.Generator().manual_seed(0)
    condition = generator.condition(model.vectors(labels, images))
    code = torch.randn(IMAGES, *generator.code_shape, generator=seed)
    current = torch.randn(images.shape, generator=seed)
    for t in scheduler.timesteps[:steps]:
        output = generator(current, t.expand(IMAGES), condition, code)
        current = scheduler.step(output, t, current, generator=seed).prev_sample


def clocked(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    model, recipe = learned(sys.argv[1] if len(sys.argv) > 1 else None)
    fitted = {name: replace(options, fit_steps=recipe.code.fit_steps) for name, options in VARIANTS.items()}
    jobs = {name: partial(edits, model, options) for name, options in fitted.items()}
    plain = partial(ancestral, model, recipe, SLICE)
    ratios: dict[str, list[float]] = {name: [] for name in jobs}
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    clocked(plain)
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            slice_, whole = clocked(plain), clocked(job)
            seconds[name].append(whole)
            ratios[name].append(slice_ * STEPS / SLICE / whole)
    print(
        f"{IMAGES} edits, {torch.get_num_threads()} threads, against {STEPS}-step sampling of {IMAGES} images"
    )
    for name in jobs:
        rate = IMAGES / median(seconds[name])
        print(f"{name:20} {rate:6.1f} edits/s, {median(ratios[name]):5.1f} x")


if __name__ == "__main__":
    main()
