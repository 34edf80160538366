"""Inputs that ask for much end, in bounded memory, with a model or a report.

How long each takes is printed by ``python -m tests.fuzz.hard``; here a program that does not end is stopped.
"""

from __future__ import annotations

import resource
import sys

import pytest

from tests.fuzz.hard import CASES, MEBIBYTES, run


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_hard_input_ends(name: str) -> None:
    ran = run(CASES[name], "check")
    assert ran.status in (0, 1), ran.errors[-2000:]
    assert "Traceback" not in ran.errors
    assert ran.mebibytes < allowed()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("full", "deep"))])
def test_a_hard_input_is_formatted_or_refused(name: str) -> None:
    ran = run(CASES[name], "fmt")
    assert ran.status in (0, 1), ran.errors[-2000:]
    assert "Traceback" not in ran.errors
    assert ran.mebibytes < allowed()


def allowed() -> float:
    """The bound in MiB, or what this process has used, since the kernel counts that for its children too."""
    unit = 1 if sys.platform == "darwin" else 1024
    return max(MEBIBYTES, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20 + 1)
