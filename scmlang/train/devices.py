"""Where a training computes, and how exactly."""

from __future__ import annotations

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, is_initialized
from accelerate.utils import DistributedDataParallelKwargs, is_bf16_available

from scmlang.diagnostics.base import ScmError
from scmlang.train.processes import Processes
from scmlang.train.recipe import Recipe


def choose_device(recipe: Recipe) -> torch.device:
    """The recipe's device; ``auto`` is CUDA, else the CPU. Abduction needs float64, which MPS lacks.

    Raises:
        ScmError: E180 when the device is not there, E186 when it lacks the recipe's precision.
    """
    wanted, precision = recipe.train.device, recipe.train.precision
    there = {"cpu": True, "cuda": torch.cuda.is_available()}
    if wanted == "auto":
        wanted = "cuda" if there["cuda"] else "cpu"
    if not there[wanted]:
        message = f"the device `{wanted}` is not available on this machine"
        raise ScmError([recipe.problem("train.device", "E180", message, "use train.device=auto")])
    if (precision == "fp16" and wanted == "cpu") or (precision == "bf16" and not is_bf16_available(True)):
        message = f"the device `{wanted}` does not compute in `{precision}`"
        raise ScmError([recipe.problem("train.precision", "E186", message, "use train.precision=no")])
    return torch.device(wanted)


def accelerator_of(device: torch.device, precision: str, team: Processes) -> Accelerator:
    """An accelerator for a device and a precision, whatever this process trained on before.

    Accelerate keeps both in a state that the whole process shares and refuses to change it.
    """
    if is_initialized():
        state = AcceleratorState()
        has = (state.num_processes, state.mixed_precision, state.device.type)
        if has != (team.count, precision, device.type):
            AcceleratorState._reset_state(reset_partial_state=True)
    # Which parameters a step trains depends on the stage, and buffers are alike in all processes already.
    copies = DistributedDataParallelKwargs(find_unused_parameters=True, broadcast_buffers=False)
    return Accelerator(cpu=device.type == "cpu", mixed_precision=precision, kwargs_handlers=[copies])
