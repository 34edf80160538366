"""Several processes train as one does: the same losses, the same weights, and resumption to the bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.train.shared_training import RESUMED, SETTINGS

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What two processes and what one have told of the same trainings."""
    two, one = tmp_path_factory.mktemp("two"), tmp_path_factory.mktemp("one")
    command = [sys.executable, "-m", "tests.train.shared_training", two, one, *SETTINGS]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return two, one


@pytest.mark.slow
@linux
@pytest.mark.parametrize("name", SETTINGS)
def test_two_processes_train_as_one(told: tuple[Path, Path], name: str) -> None:
    losses, wanted = (json.loads((folder / name / "losses.json").read_text()) for folder in told)
    assert losses == pytest.approx(wanted, rel=1e-4)
    weights, others = (load_file(folder / name / "weights.safetensors") for folder in told)
    assert weights.keys() == others.keys()
    furthest = {key: float((weights[key] - value).abs().max()) for key, value in others.items()}
    assert max(furthest.values()) < 1e-5, furthest


@pytest.mark.slow
@linux
@pytest.mark.parametrize("name", RESUMED)
def test_two_processes_resume_to_the_bit(told: tuple[Path, Path], name: str) -> None:
    for folder in told:
        losses, wanted = (
            json.loads((folder / end / "losses.json").read_text()) for end in (f"{name} resumed", name)
        )
        assert losses == wanted
        weights, others = (
            load_file(folder / end / "weights.safetensors") for end in (f"{name} resumed", name)
        )
        assert weights.keys() == others.keys()
        assert all(torch.equal(weights[key], value) for key, value in others.items())
