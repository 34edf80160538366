"""The diffusion process: coefficients from a diffusers scheduler, the algebra written here.

With ᾱ_t the scheduler's ``alphas_cumprod``, a_t = √ᾱ_t and b_t = √(1 − ᾱ_t), the forward process is
x_t = a_t x_0 + b_t ε (Ho et al., "Denoising diffusion probabilistic models", arXiv:2006.11239). A network
predicts ε, or v = a_t ε − b_t x_0 (Salimans & Ho, arXiv:2202.00512), or x_0.
"""

from __future__ import annotations

import torch
from diffusers import DDPMScheduler
from torch import Tensor, nn


class NoiseSchedule(nn.Module):
    """Coefficients of the forward process and the steps of the reverse one.

    Args:
        train_timesteps: T, the number of training time steps.
        beta_schedule: the scheduler's name for it.
        prediction: ``epsilon``, ``v_prediction`` or ``sample``.
    """

    alphas_cumprod: Tensor

    def __init__(self, train_timesteps: int, beta_schedule: str, prediction: str) -> None:
        super().__init__()
        scheduler = DDPMScheduler(
            num_train_timesteps=train_timesteps, beta_schedule=beta_schedule, prediction_type=prediction
        )
        self.train_timesteps = train_timesteps
        self.prediction = prediction
        self.register_buffer("alphas_cumprod", scheduler.alphas_cumprod.float(), persistent=False)

    def coefficients(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(a_t, b_t), each ``[n, 1, 1, 1]``, for time steps int64 ``[n]``; t = −1 is the clean image."""
        alpha = torch.where(
            t >= 0, self.alphas_cumprod[t.clamp(min=0)], torch.ones_like(t, dtype=torch.float32)
        )
        return alpha.sqrt()[:, None, None, None], (1 - alpha).sqrt()[:, None, None, None]

    def add_noise(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """x_t ``[n, C, H, W]``."""
        a, b = self.coefficients(t)
        return a * clean + b * noise

    def target(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """What the network is to predict at time t."""
        if self.prediction == "epsilon":
            return noise
        if self.prediction == "sample":
            return clean
        a, b = self.coefficients(t)
        return a * noise - b * clean

    def clean(self, noisy: Tensor, output: Tensor, t: Tensor) -> Tensor:
        """The network's estimate of x_0, clamped to the image range [−1, 1]."""
        a, b = self.coefficients(t)
        if self.prediction == "sample":
            estimate = output
        elif self.prediction == "epsilon":
            estimate = (noisy - b * output) / a
        else:
            estimate = a * noisy - b * output
        return estimate.clamp(-1, 1)

    def timesteps(self, steps: int) -> list[int]:
        """``steps`` time steps from T − 1 down, evenly spaced and trailing (Lin et al., arXiv:2305.08891)."""
        stride = self.train_timesteps / steps
        return [round(self.train_timesteps - 1 - i * stride) for i in range(steps)]

    def pairs(self, steps: int) -> list[tuple[int, int]]:
        """(t, next t) of the reverse process; the last next is −1, the clean image."""
        times = self.timesteps(steps)
        return list(zip(times, [*times[1:], -1], strict=True))

    def posterior(self, noisy: Tensor, clean: Tensor, t: Tensor, t_next: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(x_{t'} | x_t, x_0), t' < t (DDPM, equation 7, for strides).

        With σ² = (b'² / b²)(1 − a²/a'²) the mean is a' x_0 + √(b'² − σ²) ε, where ε is the noise that x_t
        and x_0 imply; at t' = −1 it is x_0 and σ = 0.
        """
        a, b = self.coefficients(t)
        a_next, b_next = self.coefficients(t_next)
        variance = ((b_next / b) ** 2 * (1 - (a / a_next) ** 2)).clamp(min=0)
        noise = (noisy - a * clean) / b
        return a_next * clean + (b_next**2 - variance).clamp(min=0).sqrt() * noise, variance.sqrt()

    def ddim(self, noisy: Tensor, clean: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
        """The deterministic step to any t' (Song et al., "DDIM", arXiv:2010.02502): a' x_0 + b' ε."""
        a, b = self.coefficients(t)
        a_next, b_next = self.coefficients(t_next)
        return a_next * clean + b_next * (noisy - a * clean) / b
