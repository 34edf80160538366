"""The states of every random generator a training draws from, as tensors and JSON."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    Generators = Mapping[str, np.random.Generator | torch.Generator]


def rng_state(generators: Generators | None = None) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Capture Python's, NumPy's and PyTorch's (CPU and every CUDA device) global generators.

    Args:
        generators: further ones by name: PyTorch's, and NumPy's of the default kind (PCG64).

    Returns:
        Byte tensors and JSON, the two halves that :func:`restore_rng` takes.
    """
    import torch

    tensors = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors |= {f"cuda.{i}": state for i, state in enumerate(torch.cuda.get_rng_state_all())}
    version, words, gauss = random.getstate()
    state: dict[str, Any] = {
        "python": [version, list(words), gauss],
        "numpy": _numpy_state(),
        "generators": {},
    }
    for name, generator in (generators or {}).items():
        if isinstance(generator, np.random.Generator):
            state["generators"][name] = generator.bit_generator.state
        else:
            tensors[f"generator.{name}"] = generator.get_state()
    return tensors, state


def restore_rng(
    tensors: Mapping[str, torch.Tensor], state: Mapping[str, Any], generators: Generators | None = None
) -> None:
    """Put back what :func:`rng_state` captured; CUDA devices that are not here are left out.

    Raises:
        KeyError: when a named generator was not captured.
    """
    import torch

    torch.set_rng_state(tensors["cpu"])
    for i in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        if f"cuda.{i}" in tensors:
            torch.cuda.set_rng_state(tensors[f"cuda.{i}"], i)
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    _restore_numpy(state["numpy"])
    for name, generator in (generators or {}).items():
        if isinstance(generator, np.random.Generator):
            generator.bit_generator.state = state["generators"][name]
        else:
            generator.set_state(tensors[f"generator.{name}"])


def _numpy_state() -> dict[str, Any]:
    """The legacy global generator's state, its 624 words as a list."""
    state: dict[str, Any] = np.random.get_state(legacy=False)
    return {**state, "state": {**state["state"], "key": state["state"]["key"].tolist()}}


def _restore_numpy(state: Mapping[str, Any]) -> None:
    key = np.array(state["state"]["key"], dtype=np.uint32)
    np.random.set_state({**state, "state": {**state["state"], "key": key}})
