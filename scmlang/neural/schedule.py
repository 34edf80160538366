"""The diffusion process: the coefficients of a path, and the steps along it.

The forward process is x_t = a_t x_0 + b_t ε, on any path of :mod:`scmlang.neural.paths`; a network predicts
anything of :mod:`scmlang.neural.predictions`. The reverse steps need a_t and b_t and an estimate of x_0, so
they are the same for all of them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from scmlang.neural import sharing
from scmlang.neural.paths import PATHS
from scmlang.neural.predictions import PREDICTIONS


class NoiseSchedule(nn.Module):
    """Coefficients of the forward process and the steps of the reverse one.

    Args:
        train_timesteps: T, the number of training time steps.
        beta_schedule: diffusers' name for it; the straight path has none.
        prediction: a name in :data:`~scmlang.neural.predictions.PREDICTIONS`.
        path: a name in :data:`~scmlang.neural.paths.PATHS`.
        bound: estimates of the clean image are clamped to ±bound.
    """

    signal: Tensor
    noise: Tensor

    def __init__(
        self,
        train_timesteps: int,
        beta_schedule: str,
        prediction: str,
        path: str = "variance_preserving",
        bound: float = 1.0,
    ) -> None:
        super().__init__()
        self.train_timesteps = train_timesteps
        self.prediction = PREDICTIONS[prediction]
        self.bound = bound
        signal, noise = PATHS[path](train_timesteps, beta_schedule)
        self.register_buffer("signal", signal, persistent=False)
        self.register_buffer("noise", noise, persistent=False)

    def coefficients(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(a_t, b_t), each ``[n, 1, 1, 1]``, for time steps int64 ``[n]``; t = −1 is the clean image."""
        index, real = t.clamp(min=0), t >= 0
        a = torch.where(real, self.signal[index], 1.0)
        b = torch.where(real, self.noise[index], 0.0)
        return a[:, None, None, None], b[:, None, None, None]

    def add_noise(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """x_t ``[n, C, H, W]``."""
        a, b = self.coefficients(t)
        return a * clean + b * noise

    def target(self, clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """What the network is to predict at time t."""
        return self.prediction.target(*self.coefficients(t), clean, noise)

    def clean(self, noisy: Tensor, output: Tensor, t: Tensor) -> Tensor:
        """The network's estimate of x_0, clamped to its range."""
        return self.clip(self.prediction.clean(*self.coefficients(t), noisy, output))

    def clip(self, clean: Tensor) -> Tensor:
        """Clamped to the range of what is generated."""
        return clean.clamp(-self.bound, self.bound)

    def timesteps(self, steps: int) -> list[int]:
        """``steps`` time steps from T − 1 down, evenly spaced and trailing (Lin et al., arXiv:2305.08891)."""
        stride = self.train_timesteps / steps
        return [round(self.train_timesteps - 1 - i * stride) for i in range(steps)]

    def pairs(self, steps: int) -> list[tuple[int, int]]:
        """(t, next t) of the reverse process; the last next is −1, the clean image."""
        times = self.timesteps(steps)
        return list(zip(times, [*times[1:], -1], strict=True))

    def posterior(self, noisy: Tensor, clean: Tensor, t: Tensor, t_next: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(x_{t'} | x_t, x_0), t' < t (DDPM, equation 7, on any path).

        The forward process is the Markov chain with these marginals: x_t = (a/a') x_{t'} plus noise. With
        σ² = b'² (1 − (a b' / (a' b))²) the mean is a' x_0 + √(b'² − σ²) ε, where ε is the noise that x_t and
        x_0 imply; at t' = −1 it is x_0 and σ = 0.
        """
        a, b = self.coefficients(t)
        a_next, b_next = self.coefficients(t_next)
        kept = b_next * (a * b_next / (a_next * b))
        noise = (noisy - a * clean) / b
        return a_next * clean + kept * noise, (b_next**2 - kept**2).clamp(min=0).sqrt()

    def ddim(self, noisy: Tensor, clean: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
        """The deterministic step to any t' (Song et al., "DDIM", arXiv:2010.02502): a' x_0 + b' ε.

        On the straight path it is Euler's step x_t + (s' − s)(ε − x_0).
        """
        a, b = self.coefficients(t)
        a_next, b_next = self.coefficients(t_next)
        return a_next * clean + b_next * (noisy - a * clean) / b

    def log_snr(self, t: int) -> float:
        """λ_t = log(a_t / b_t): infinite for the clean image, minus infinite for pure noise."""
        if t < 0:
            return math.inf
        a, b = float(self.signal[t]), float(self.noise[t])
        return math.log(a / b) if a > 0 else -math.inf

    def noise_share(self, t: int) -> float:
        """b / (a + b): 0 for the clean image, 1 for pure noise; the s of straight paths."""
        if t < 0:
            return 0.0
        a, b = float(self.signal[t]), float(self.noise[t])
        return b / (a + b)


def draw_times(n: int, steps: int, noise_bias: float) -> Tensor:
    """Time steps int64 ``[n]`` with density ∝ t^(1/noise_bias − 1) on 0..steps−1."""
    return (sharing.uniform((n,)) ** noise_bias * steps).long().clamp(max=steps - 1)
