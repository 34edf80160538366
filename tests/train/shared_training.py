"""Trainings in two processes and in one: ``python -m tests.train.shared_training TWO ONE NAME…``.

The processes are forked before anything is computed. Losses and final weights, which are compared, are
written to the folders by the process that leads.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import save_file

import scmlang.train.trainer as module
from scmlang.diagnostics.base import ScmError
from scmlang.mechanisms.build import build_model
from scmlang.train.batches import tensor_data
from scmlang.train.parallel import whole
from scmlang.train.processes import joined
from scmlang.train.runs import open_run
from scmlang.train.settings import neural_settings
from scmlang.train.trainer import Trainer, fit_scales
from tests.train.support import SCENE, new_run, plan_of, recipe, split_of

BASE = ("train.ema=0.9", "train.steps=8", "code.refinement_share=0.25", "loss.swap=0.5", "train.batch=8")
LATENT = (
    "generator.name=latent_diffusion",
    "latent.channels=[8, 16]",
    "latent.share=0.4",
    "backbone.patch=1",
)
SETTINGS: dict[str, tuple[str, ...]] = {
    "copies": (),
    "in parts": ("train.parts=2", "code.refinement_batch=8"),
    "latent": LATENT,
    "cvae": ("generator.name=cvae",),
    "split": ("train.fsdp=true", "train.channels_last=false"),
}

RESUMED = ("copies", "split")


def trainer(name: str) -> Trainer:
    options = recipe(*BASE, *SETTINGS[name])
    torch.manual_seed(options.train.seed)
    plan = plan_of(SCENE)
    model = build_model(plan, neural_settings(options, plan))
    data = tensor_data(plan, split_of(plan, 20), torch.device("cpu"))
    fit_scales(model, data)
    return Trainer(model, data, options)


def train(here: Trainer, losses: list[float], until: int | None = None) -> None:
    for progress in here:
        losses.append(progress.loss)
        if progress.step == until:
            return


def whole_run(name: str, folder: Path) -> Trainer:
    """From start to end."""
    here, losses = trainer(name), list[float]()
    train(here, losses)
    _tell(folder / name, here, losses)
    return here


def broken_run(name: str, folder: Path) -> None:
    """The same, but that it is stopped at step 3 (amid an epoch), saved, and resumed by a new trainer."""
    first, losses = trainer(name), list[float]()
    train(first, losses, 3)
    path = folder / f"{name} run"
    run = first.team.lead(lambda: str(new_run(path, first.recipe).folder))
    first.save(open_run(Path(run)))
    torch.manual_seed(999)
    second = trainer(name)
    second.resume(open_run(Path(run)))
    train(second, losses)
    _tell(folder / f"{name} resumed", second, losses)


def _tell(path: Path, here: Trainer, losses: list[float]) -> None:
    with here.averaged() as model:
        averaged = {f"averaged.{key}": packed(value) for key, value in whole(model.state_dict()).items()}
    weights = {key: packed(value) for key, value in whole(here.model.state_dict()).items()}
    if here.team.leads:
        path.mkdir(parents=True, exist_ok=True)
        save_file({**weights, **averaged}, path / "weights.safetensors")
        (path / "losses.json").write_text(json.dumps(losses))


def packed(value: torch.Tensor) -> torch.Tensor:
    return value.detach().clone(memory_format=torch.contiguous_format)


def run(folder: Path, names: list[str]) -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    with joined():
        for name in names:
            whole_run(name, folder)
            if name in RESUMED:
                broken_run(name, folder)


def fork(work: Callable[[], None], count: int = 2) -> list[int]:
    """Children that do the work as processes of one training; they have not threads of their parent's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo"}
    return [_child(work, index, count) for index in range(count)]


def _child(work: Callable[[], None], index: int, count: int) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.environ |= {"RANK": str(index), "LOCAL_RANK": str(index), "WORLD_SIZE": str(count)}
        work()
        status = 0
    except ScmError as error:
        print(f"process {index}: {error}", file=sys.stderr, flush=True)
        status = 3
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def wait(children: list[int], patience: float = 300.0) -> list[int]:
    """Their exit statuses; what does not end in time is killed."""
    deadline, statuses = time.monotonic() + patience, list[int]()
    for child in children:
        ended, status = os.waitpid(child, os.WNOHANG)
        while not ended and time.monotonic() < deadline:
            time.sleep(0.02)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        statuses.append(os.waitstatus_to_exitcode(status))
    return statuses


def main(two: Path, one: Path, names: list[str]) -> int:
    module.SWAPPING_STARTS = 2
    # Where a gradient is rounding alone (a bias before a normalisation), Adam would make steps of it.
    torch.optim.AdamW = partial(torch.optim.AdamW, eps=1e-3)
    children = fork(lambda: run(two, names))
    try:
        run(one, names)
    except BaseException:
        wait(children, 0.0)
        raise
    return max(map(abs, wait(children)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
