"""Paths from images to noise: x_t = a_t x_0 + b_t ε at time steps t = 0 … T − 1, and x_{−1} = x_0."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from diffusers import DDPMScheduler
from torch import Tensor

Path = Callable[[int, str], tuple[Tensor, Tensor]]


def variance_preserving(train_timesteps: int, beta_schedule: str) -> tuple[Tensor, Tensor]:
    """a_t = √ᾱ_t and b_t = √(1 − ᾱ_t) of DDPM (arXiv:2006.11239), ᾱ from a scheduler of diffusers."""
    scheduler = DDPMScheduler(num_train_timesteps=train_timesteps, beta_schedule=beta_schedule)
    alpha = scheduler.alphas_cumprod.float()
    return alpha.sqrt(), (1 - alpha).sqrt()


def rectified_flow(train_timesteps: int, beta_schedule: str) -> tuple[Tensor, Tensor]:
    """a = 1 − s and b = s at s = (t + 1) / T: straight lines (Lipman et al., "Flow matching for generative
    modeling", arXiv:2210.02747; Liu et al., "Flow straight and fast", arXiv:2209.03003)."""
    noise = torch.arange(1, train_timesteps + 1, dtype=torch.float64) / train_timesteps
    return (1 - noise).float(), noise.float()


PATHS: Mapping[str, Path] = {"variance_preserving": variance_preserving, "rectified_flow": rectified_flow}
