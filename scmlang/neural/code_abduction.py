"""The semantic code that explains an image best: the encoder's, mended by a few steps of gradient ascent.

One encoder serves all images, and for any one of them its q(z | I, v) is a little off (the amortisation
gap: Cremer et al., "Inference suboptimality in variational autoencoders", arXiv:1801.03558). What z leaves
unexplained is left to the diffusion noise, which knows nothing of strokes and keeps them where they were
under other labels. So z is fitted to the image at hand, from the encoder's mean on, as in Kim et al.,
"Semi-amortized variational autoencoders", arXiv:1802.02550: with G(z, v) one pass of the generator, σ² the
mean square of I − G(μ, v) and q = N(μ, s²), the e of z = μ + s e is to maximise

    −‖I − G(μ + s e, v)‖² / (2 σ²) − ‖e‖² / 2.

The second term keeps z where codes are that the generator has seen.
"""

from __future__ import annotations

import torch
from torch import Tensor

from scmlang.neural.image import Code, Generator

RATE = 0.8  # of Adam at the first step, in standard deviations of q; falls linearly
SMALLEST_VARIANCE = 1e-6


@torch.enable_grad()
def explain(
    generator: Generator, image: Tensor, condition: Tensor, code: Code, steps: int, start: Tensor | None
) -> Tensor:
    """The fitted code, without a gradient: ``[n, *code_shape]``. The rows do not depend on each other.

    Args:
        generator: the mechanism of the image.
        image: ``[n, C, H, W]``.
        condition: of the factual labels, ``[n, Σ width]``.
        code: the encoder's q(z | I, v).
        steps: of Adam, each a pass of the network and its gradient; 0 for the encoder's mean.
        start: the noise of every pass, of :meth:`~scmlang.neural.image.Generator.start`.
    """
    mean, spread = code.mean.detach(), (0.5 * code.log_variance.detach()).exp()
    if steps == 0 or mean.numel() == 0:
        return mean
    offset = torch.zeros_like(mean, requires_grad=True)
    optimizer = torch.optim.Adam([offset], RATE)
    variance: Tensor | None = None
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / steps)
        drawn = generator.draw(condition, mean + spread * offset, start)
        error = (drawn - image).square().flatten(1)
        if variance is None:
            variance = error.detach().mean(1).clamp(min=SMALLEST_VARIANCE)
        loss = (error.sum(1) / (2 * variance)).sum() + 0.5 * offset.square().sum()
        (offset.grad,) = torch.autograd.grad(loss, offset)
        optimizer.step()
    return (mean + spread * offset).detach()
