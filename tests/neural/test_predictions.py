"""Every prediction on every path: what the network is to learn, and what is made of its output."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from scmlang.neural.paths import PATHS
from scmlang.neural.predictions import PREDICTIONS
from scmlang.neural.schedule import NoiseSchedule

PAIRS = list(product(PATHS, PREDICTIONS))
STEPS = 100


def schedule_of(path: str, prediction: str = "sample") -> NoiseSchedule:
    return NoiseSchedule(STEPS, "squaredcos_cap_v2", prediction, path, bound=100.0)


def pictures(n: int, seed: int = 0) -> torch.Tensor:
    return 2 * torch.rand(n, 2, 4, 4, generator=torch.Generator().manual_seed(seed)) - 1


@pytest.mark.parametrize(("path", "prediction"), PAIRS)
def test_the_target_determines_the_clean_image_at_every_time(path: str, prediction: str) -> None:
    """Only a prediction of the noise says nothing of the image where the image is gone, at the last time."""
    schedule = schedule_of(path, prediction)
    t = torch.arange(STEPS - (prediction == "epsilon"))
    clean, noise = pictures(len(t)), torch.randn(len(t), 2, 4, 4)
    noisy = schedule.add_noise(clean, noise, t)
    found = schedule.clean(noisy, schedule.target(clean, noise, t), t)
    torch.testing.assert_close(found, clean, atol=2e-4, rtol=0)


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_from_the_image_to_noise(path: str) -> None:
    schedule = schedule_of(path)
    a, b = (c.flatten() for c in schedule.coefficients(torch.arange(-1, STEPS)))
    assert (float(a[0]), float(b[0])) == (1.0, 0.0)
    assert bool((a.diff() < 0).all())
    assert bool((b.diff() >= 0).all())
    assert float(a[-1]) < 1e-2
    assert float(b[-1]) == pytest.approx(1.0, abs=1e-4)


def test_straight_paths_have_the_velocity_that_flow_matching_predicts() -> None:
    """dx/ds of x = (1 − s) x_0 + s ε is what any two points of the path differ by, over their distance."""
    schedule = schedule_of("rectified_flow", "flow_prediction")
    clean, noise = pictures(3), torch.randn(3, 2, 4, 4)
    at, later = torch.tensor([9, 40, 70]), torch.tensor([39, 64, 99])
    slope = schedule.add_noise(clean, noise, later) - schedule.add_noise(clean, noise, at)
    distance = ((later - at) / STEPS)[:, None, None, None]
    torch.testing.assert_close(slope / distance, schedule.target(clean, noise, at), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("steps", [1, 4, 10, 100])
def test_steps_on_straight_paths_agree_with_diffusers(steps: int) -> None:
    ours = schedule_of("rectified_flow", "flow_prediction")
    theirs = FlowMatchEulerDiscreteScheduler(STEPS)
    theirs.set_timesteps(sigmas=[(t + 1) / STEPS for t in ours.timesteps(steps)])
    for (t, t_next), time in zip(ours.pairs(steps), theirs.timesteps, strict=True):
        noisy, output = torch.randn(1, 1, 4, 4), torch.randn(1, 1, 4, 4)
        wanted = theirs.step(output, time, noisy).prev_sample
        at, after = torch.tensor([t]), torch.tensor([t_next])
        found = ours.ddim(noisy, ours.clean(noisy, output, at), at, after)
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("t", "t_next"), [(99, 60), (60, 59), (30, 0), (0, -1)])
def test_the_posterior_is_that_of_the_markov_chain(path: str, t: int, t_next: int) -> None:
    """x_t = r x_{t'} + noise, r = a/a'; conditioning the joint normal of (x_{t'}, x_t) given x_0 on x_t."""
    schedule = schedule_of(path).double()
    at, after = torch.tensor([t]), torch.tensor([t_next])
    (a, b), (a_next, b_next) = schedule.coefficients(at), schedule.coefficients(after)
    ratio = a / a_next
    gain = b_next**2 * ratio / b**2
    clean, noisy = pictures(1).double(), torch.randn(1, 2, 4, 4).double()
    mean, deviation = schedule.posterior(noisy, clean, at, after)
    torch.testing.assert_close(mean, a_next * clean + gain * (noisy - a * clean), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(deviation**2, b_next**2 - gain * ratio * b_next**2, atol=1e-6, rtol=1e-5)


def test_matching_the_flow_of_a_normal_recovers_its_velocity() -> None:
    """For x_0 ~ N(m, r²) the least-squares predictor of ε − x_0 is linear in x_s, with known coefficients."""
    m, r, n = 0.7, 0.5, 400_000
    schedule = schedule_of("rectified_flow", "flow_prediction")
    clean, noise = m + r * torch.randn(n, 1, 1, 1), torch.randn(n, 1, 1, 1)
    for time in (9, 49, 89):
        t, s = torch.full((n,), time), (time + 1) / STEPS
        noisy = schedule.add_noise(clean, noise, t).flatten().double()
        target = schedule.target(clean, noise, t).flatten().double()
        slope = torch.cov(torch.stack([noisy, target]))[0, 1] / noisy.var()
        wanted = (s - (1 - s) * r**2) / ((1 - s) ** 2 * r**2 + s**2)
        assert float(slope) == pytest.approx(wanted, abs=0.02)
        intercept = target.mean() - slope * noisy.mean()
        assert float(intercept) == pytest.approx(-m - wanted * (1 - s) * m, abs=0.02)
