"""Samplers: their order on a normal distribution, whose score is known, and diffusers' schedulers."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any, get_args

import pytest
import torch
from diffusers import DPMSolverMultistepScheduler
from torch import Tensor

from scmlang.neural.image import Condition, Fidelity
from scmlang.neural.inversion import FIDELITY, INVERSIONS, INVERTED
from scmlang.neural.paths import PATHS
from scmlang.neural.predictions import PREDICTIONS
from scmlang.neural.samplers import SAMPLERS, Estimates, sample
from scmlang.neural.schedule import NoiseSchedule
from scmlang.train.recipe import Diffusion
from tests.neural.support import TINY, random_condition, tiny_generator

MEAN, DEVIATION = 0.6, 0.4


class Normal:
    """A perfect network for images whose every number is N(MEAN, DEVIATION²)."""

    shape = (1, 2, 2)

    def __init__(self, path: str, total: int = 4000, prediction: str = "sample") -> None:
        self.schedule = NoiseSchedule(total, "squaredcos_cap_v2", prediction, path, bound=100.0).double()

    def condition(self, vectors: Any, dropped: Any = None) -> Tensor:
        return torch.zeros(1, 0)

    def __call__(self, noisy: Tensor, t: Tensor, condition: Tensor, code: Tensor) -> Tensor:
        """What is predicted, of E(x_0 | x_t) and E(ε | x_t)."""
        a, b = self.schedule.coefficients(t)
        gain = a * DEVIATION**2 / (a**2 * DEVIATION**2 + b**2)
        clean = MEAN + gain * (noisy - a * MEAN)
        return self.schedule.prediction.target(a, b, clean, (noisy - a * clean) / b)

    def exact(self, noisy: Tensor, t: int, t_next: int) -> Tensor:
        """The probability flow from x_t to x at another time: it scales what is standardised."""
        coefficients = self.schedule.coefficients
        (a, b), (a_next, b_next) = (coefficients(torch.tensor([time])) for time in (t, t_next))
        spread, after = ((c**2 * DEVIATION**2 + d**2).sqrt() for c, d in ((a, b), (a_next, b_next)))
        return a_next * MEAN + after / spread * (noisy - a * MEAN)


def nothing(n: int) -> Condition:
    return Condition({}, torch.zeros(n, 0, 1, 1), {})


def drawn(model: Normal, name: str, steps: int, n: int = 64, seed: int = 0) -> Tensor:
    return sample(model, nothing(n), name, steps, torch.Generator().manual_seed(seed))  # type: ignore[arg-type]


def error(path: str, order: int, steps: int) -> float:
    """Of deterministic steps over the middle of the path; at its ends steps in λ are infinite."""
    model, begin, end = Normal(path), 3200, 800
    times = torch.linspace(begin, end, steps + 1).round().long().tolist()
    start = torch.linspace(-2, 2, 16).double()[:, None, None, None]
    current, estimates = start, Estimates(model.schedule, order)
    for t, t_next in pairwise(times):
        at, after = torch.tensor([t]), torch.tensor([t_next])
        clean = estimates(model(current, at, at, at), t, t_next)
        current = model.schedule.ddim(current, clean, at, after)
    return float((current - model.exact(start, begin, end)).abs().max())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("order", [1, 2])
def test_deterministic_steps_converge_at_their_order(path: str, order: int) -> None:
    errors = [error(path, order, steps) for steps in (40, 80, 160)]
    for coarse, fine in pairwise(errors):
        assert order - 0.2 < math.log2(coarse / fine) < order + 0.6
    assert errors[-1] < 0.1


@pytest.mark.parametrize("path", PATHS)
def test_the_second_order_pays(path: str) -> None:
    """In 12 steps from pure noise, the error is a fraction of DDIM's."""
    model = Normal(path)
    start = torch.randn(64, *model.shape, generator=torch.Generator().manual_seed(0)).double()
    exact = model.exact(start, model.schedule.train_timesteps - 1, -1)
    first, second = (float((drawn(model, s, 12) - exact).abs().max()) for s in ("ddim", "dpmsolver++"))
    assert second < 0.6 * first


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_draws_from_the_distribution(path: str, name: str) -> None:
    images = drawn(Normal(path, 1000), name, 200, 5000)
    assert float(images.mean()) == pytest.approx(MEAN, abs=0.015)
    assert float(images.std()) == pytest.approx(DEVIATION, abs=0.015)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize("name", ["dpmsolver++", "sde-dpmsolver++"])
@pytest.mark.parametrize("steps", [2, 10, 25])
def test_steps_of_order_two_agree_with_diffusers(prediction: str, name: str, steps: int) -> None:
    """In double precision from the same coefficients; the trajectories are compared all along."""
    ours = NoiseSchedule(100, "linear", prediction, bound=1e6)
    theirs = DPMSolverMultistepScheduler(
        100,
        beta_schedule="linear",
        prediction_type=prediction,
        algorithm_type=name,
        final_sigmas_type="zero",
        euler_at_final=False,
    )
    theirs.set_timesteps(timesteps=ours.timesteps(steps))
    estimates = Estimates(ours, 2)
    current = other = torch.randn(1, 1, 4, 4)
    for i, (t, t_next) in enumerate(ours.pairs(steps)):
        output = torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(i))
        noise = torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(100 + i))
        other = theirs.step(output, t, other, variance_noise=noise).prev_sample
        at, after = torch.tensor([t]), torch.tensor([t_next])
        clean = estimates(ours.clean(current, output, at), t, t_next)
        if SAMPLERS[name].stochastic:
            mean, deviation = ours.posterior(current, clean, at, after)
            current = mean + deviation * noise
        else:
            current = ours.ddim(current, clean, at, after)
        torch.testing.assert_close(current, other, atol=2e-3, rtol=2e-3)


@pytest.mark.parametrize("name", SAMPLERS)
def test_sampling_is_in_range_and_follows_the_seed(name: str) -> None:
    generator = tiny_generator((3, 8, 8))
    condition = random_condition(generator, 2)
    with torch.no_grad():
        first, again, other = (
            generator.sample(condition, name, 4, torch.Generator().manual_seed(s)) for s in (1, 1, 2)
        )
    assert first.shape == (2, 3, 8, 8)
    assert first.abs().max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_samplers_of_one_step_agree() -> None:
    """The last step is the estimate itself, whatever the sampler."""
    generator = tiny_generator(settings=replace(TINY, path="rectified_flow", prediction="flow_prediction"))
    condition = random_condition(generator, 2)
    with torch.no_grad():
        images = [generator.sample(condition, s, 1, torch.Generator().manual_seed(1)) for s in SAMPLERS]
    assert all(torch.equal(image, images[0]) for image in images)


def test_recipes_may_name_what_there_is() -> None:
    fields = Diffusion.model_fields
    for key, known in {
        "sampler": SAMPLERS,
        "inversion": INVERSIONS,
        "path": PATHS,
        "prediction": PREDICTIONS,
    }.items():
        assert set(get_args(fields[key].annotation)) == set(known)
    assert set(INVERTED) < set(SAMPLERS)
    assert set(INVERTED.values()) == {name for name in FIDELITY if FIDELITY[name] is not Fidelity.FRESH}
    assert set(FIDELITY) == set(INVERSIONS)
