"""Estimates from what a trained model draws."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.estimates import Options, estimate_learned
from scmlang.train.runs import Run, newest_run
from tests.cli.process import run_here


@pytest.fixture(scope="module")
def run(strokes: Path) -> Run:
    return newest_run(strokes / "runs")


def intervened(run: Run, **do: float) -> dict[str, torch.Tensor]:
    """The model's own draws under an intervention."""
    model = open_artefact(run).model
    columns = {name: torch.full((20_000,), value) for name, value in do.items()}
    with torch.no_grad():
        return model.sample_labels(20_000, columns, torch.Generator().manual_seed(9))


def test_levels(run: Run) -> None:
    found = estimate_learned(run, "P(S=ring | do(Z=plain))", 20_000, Options(resamples=200))
    truth = float((intervened(run, Z=0)["S"] == 0).float().mean())
    assert found.value == pytest.approx(truth, abs=0.02)
    assert "learned" in found.notes[-1]


def test_real_numbers(run: Run) -> None:
    found = estimate_learned(run, "E(T | do(S=ring))", 20_000)
    truth = float(intervened(run, S=0)["T"].mean())
    assert "doubly robust" in found.method
    assert abs(found.value - truth) < 6 * found.standard_error


def test_the_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--run", run.folder, "--rows", 2000, "--bootstrap", 20)
    assert run_here("estimate", "P(S=ring | do(Z=plain))", *arguments) == 0
    assert "of 2000 rows" in capsys.readouterr().out
    assert run_here("estimate", "P(K=4 | do(S=ring))", *arguments) == 1
    assert "error[E331]" in capsys.readouterr().err
    for more in (["P(S=ring)", "P(S=ring)"], ["P(S=ring)", "--data", "d.csv"], ["P(S=ring)", "--model", "S"]):
        assert run_here("estimate", *more, *arguments) == 2


def test_confounded_labels_are_refused(run: Run) -> None:
    with pytest.raises(ScmError, match="E331"):
        estimate_learned(run, "E(K | do(S=ring))", 100)
