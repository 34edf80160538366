"""The diffusion process against its formulas and against diffusers' schedulers."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from hypothesis import given
from hypothesis import strategies as st

from scmlang.neural.schedule import NoiseSchedule

PREDICTIONS = ("epsilon", "v_prediction", "sample")
BETAS = ("squaredcos_cap_v2", "linear", "scaled_linear")


def images(n: int, seed: int) -> torch.Tensor:
    return 2 * torch.rand(n, 2, 4, 4, generator=torch.Generator().manual_seed(seed)) - 1


@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("beta", BETAS)
def test_the_target_determines_the_clean_image(prediction: str, beta: str) -> None:
    schedule = NoiseSchedule(1000, beta, prediction)
    t = torch.arange(0, 901, 50)
    clean, noise = images(len(t), 0), torch.randn(len(t), 2, 4, 4)
    noisy = schedule.add_noise(clean, noise, t)
    found = schedule.clean(noisy, schedule.target(clean, noise, t), t)
    torch.testing.assert_close(found, clean, atol=2e-4, rtol=0)


@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_estimates_stay_in_the_image_range(prediction: str) -> None:
    schedule = NoiseSchedule(100, "linear", prediction)
    t = torch.tensor([0, 50, 99])
    estimate = schedule.clean(10 * torch.randn(3, 1, 2, 2), 10 * torch.randn(3, 1, 2, 2), t)
    assert estimate.abs().max() <= 1


def test_coefficients_are_on_the_circle_and_clean_at_minus_one() -> None:
    schedule = NoiseSchedule(1000, "squaredcos_cap_v2", "epsilon")
    a, b = schedule.coefficients(torch.tensor([-1, 0, 10, 500, 999]))
    assert a.shape == (5, 1, 1, 1)
    torch.testing.assert_close(a**2 + b**2, torch.ones_like(a))
    assert (a[0].item(), b[0].item()) == (1.0, 0.0)
    assert bool((a.flatten().diff() < 0).all())


@given(total=st.integers(2, 1500), data=st.data())
def test_time_steps_fall_from_the_last_to_the_clean_image(total: int, data: st.DataObject) -> None:
    steps = data.draw(st.integers(1, total))
    schedule = NoiseSchedule.__new__(NoiseSchedule)
    torch.nn.Module.__init__(schedule)
    schedule.train_timesteps = total
    pairs = schedule.pairs(steps)
    assert len(pairs) == steps
    assert pairs[0][0] == total - 1
    assert pairs[-1][1] == -1
    assert all(t > t_next for t, t_next in pairs)
    assert all(left[1] == right[0] for left, right in pairwise(pairs))


@pytest.mark.parametrize("steps", [1, 7, 20, 100])
@pytest.mark.parametrize("beta", BETAS)
def test_the_posterior_is_equation_7_of_ddpm(steps: int, beta: str) -> None:
    """q(x_{t'} | x_t, x_0) with α = ᾱ_t/ᾱ_{t'}, β = 1 − α in the paper's formula."""
    schedule = NoiseSchedule(100, beta, "epsilon")
    alphas = DDPMScheduler(100, beta_schedule=beta).alphas_cumprod
    cumulative = torch.cat([alphas.double(), torch.ones(1, dtype=torch.float64)])
    for t, t_next in schedule.pairs(steps):
        bar, bar_next = cumulative[t], cumulative[t_next]
        alpha, beta_t = bar / bar_next, 1 - bar / bar_next
        noisy, clean = images(2, t + 1).double(), images(2, t).double()
        wanted = (
            bar_next.sqrt() * beta_t / (1 - bar) * clean + alpha.sqrt() * (1 - bar_next) / (1 - bar) * noisy
        )
        at = torch.full((2,), t), torch.full((2,), t_next)
        mean, deviation = schedule.posterior(noisy.float(), clean.float(), *at)
        torch.testing.assert_close(mean.double(), wanted, atol=3e-4, rtol=1e-4)
        variance = (1 - bar_next) / (1 - bar) * beta_t
        torch.testing.assert_close(deviation.flatten()[0].double() ** 2, variance, atol=1e-5, rtol=1e-3)


def test_the_last_step_is_the_estimate_itself() -> None:
    schedule = NoiseSchedule(50, "squaredcos_cap_v2", "epsilon")
    noisy, clean = torch.randn(3, 1, 4, 4), images(3, 1)[:, :1]
    t, end = torch.tensor([0, 7, 49]), torch.full((3,), -1)
    mean, deviation = schedule.posterior(noisy, clean, t, end)
    assert torch.equal(mean, clean)
    assert not deviation.any()
    assert torch.equal(schedule.ddim(noisy, clean, t, end), clean)


@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("steps", [4, 25, 100])
def test_ancestral_steps_agree_with_diffusers(prediction: str, steps: int) -> None:
    ours = NoiseSchedule(100, "squaredcos_cap_v2", prediction)
    theirs = DDPMScheduler(100, beta_schedule="squaredcos_cap_v2", prediction_type=prediction)
    theirs.set_timesteps(timesteps=ours.timesteps(steps))
    for t, t_next in ours.pairs(steps):
        noisy, output = torch.randn(1, 1, 4, 4), torch.randn(1, 1, 4, 4)
        wanted = theirs.step(output, t, noisy, generator=torch.Generator().manual_seed(t)).prev_sample
        noise = torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(t))
        at = torch.tensor([t]), torch.tensor([t_next])
        mean, deviation = ours.posterior(noisy, ours.clean(noisy, output, at[0]), *at)
        torch.testing.assert_close(mean + deviation * noise, wanted, atol=5e-4, rtol=1e-3)


@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("steps", [5, 20, 100])
def test_deterministic_steps_agree_with_diffusers(prediction: str, steps: int) -> None:
    ours = NoiseSchedule(100, "linear", prediction)
    theirs = DDIMScheduler(
        100, beta_schedule="linear", prediction_type=prediction, timestep_spacing="trailing"
    )
    theirs.set_timesteps(steps)
    assert theirs.timesteps.tolist() == ours.timesteps(steps)
    for t, t_next in ours.pairs(steps):
        noisy, output = torch.randn(1, 1, 4, 4), torch.randn(1, 1, 4, 4)
        wanted = theirs.step(output, t, noisy, use_clipped_model_output=True).prev_sample
        at = torch.tensor([t]), torch.tensor([t_next])
        found = ours.ddim(noisy, ours.clean(noisy, output, at[0]), *at)
        torch.testing.assert_close(found, wanted, atol=5e-4, rtol=1e-3)
