"""Between bytes, as files hold them, and the range the networks work in."""

from __future__ import annotations

import torch
from torch import Tensor


def to_unit(images: Tensor) -> Tensor:
    """uint8 0..255 to float32 −1..1."""
    return images.float() / 127.5 - 1


def to_bytes(images: Tensor) -> Tensor:
    """float −1..1 to uint8 0..255, rounded."""
    return ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
