"""Random states: what follows a restored state is what followed it the first time."""

from __future__ import annotations

import json
import random

import numpy as np
import torch

from scmlang.train.rng import restore_rng, rng_state


def test_every_generator_goes_on_where_it_was() -> None:
    batches, noise = np.random.default_rng(5), torch.Generator().manual_seed(6)
    generators = {"batches": batches, "noise": noise}

    def draw() -> list[object]:
        return [
            random.random(),
            random.gauss(0, 1),
            float(np.random.rand()),
            float(np.random.randn()),
            torch.randn(3).tolist(),
            batches.integers(10**9, size=3).tolist(),
            torch.randn(3, generator=noise).tolist(),
        ]

    draw()
    tensors, state = rng_state(generators)
    stored = json.loads(json.dumps(state, allow_nan=False))
    first = draw()
    assert draw() != first
    restore_rng(tensors, stored, generators)
    assert draw() == first
    assert all(tensor.dtype == torch.uint8 for tensor in tensors.values())
