"""The states of every random generator a training draws from, as tensors and JSON."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    from scmlang.train.processes import Processes

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
    state = _python_state()
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


def shared_rng_state(team: Processes) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The states of every process, in all of them: byte tensors, and JSON with the keys ``rng``, ``ranks``.

    What :func:`rng_state` says of the first has its own names, that of process r ``rank<r>.`` before them. Of
    several processes each has one CUDA device, whose state is ``cuda``.
    """
    import torch

    if team.count == 1:
        tensors, state = rng_state()
        return tensors, {"rng": state}
    own = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        own["cuda"] = torch.cuda.get_rng_state()
    shared: dict[str, torch.Tensor] = {}
    for rank, found in enumerate(team.everyone({name: value.tolist() for name, value in own.items()})):
        prefix = f"rank{rank}." if rank else ""
        shared |= {prefix + name: torch.tensor(words, dtype=torch.uint8) for name, words in found.items()}
    first, *others = team.everyone(_python_state())
    return shared, {"rng": first, "ranks": others}


def restore_shared_rng(
    tensors: Mapping[str, torch.Tensor], state: Mapping[str, Any], team: Processes
) -> None:
    """Put back what :func:`shared_rng_state` captured in this process.

    One that was not there before takes the state of the first: those of the loop are alike.
    """
    import torch

    if team.count == 1:
        restore_rng(tensors, state["rng"])
        return
    there = f"rank{team.index}.cpu" in tensors
    prefix = f"rank{team.index}." if there else ""
    restore_rng({"cpu": tensors[f"{prefix}cpu"]}, state["ranks"][team.index - 1] if there else state["rng"])
    device = tensors.get(f"{prefix}cuda", tensors.get("cuda.0"))
    if device is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(device)


def _python_state() -> dict[str, Any]:
    """Those of Python and NumPy."""
    version, words, gauss = random.getstate()
    return {"python": [version, list(words), gauss], "numpy": _numpy_state(), "generators": {}}


def _numpy_state() -> dict[str, Any]:
    """The legacy global generator's state, its 624 words as a list."""
    state: dict[str, Any] = np.random.get_state(legacy=False)
    return {**state, "state": {**state["state"], "key": state["state"]["key"].tolist()}}


def _restore_numpy(state: Mapping[str, Any]) -> None:
    key = np.array(state["state"]["key"], dtype=np.uint32)
    np.random.set_state({**state, "state": {**state["state"], "key": key}})
