"""What is loaded when: a check must be quick, so it loads no torch and nothing else that is heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "torch",
    "diffusers",
    "accelerate",
    "safetensors",
    "scipy",
    "polars",
    "pandas",
    "mlxtend",
    "matplotlib",
    "networkx",
)
MODEL = """\
model small

D: 0..9
C: {red, green}
D -> C
D <-> C
"""
PROBE = f"""\
import atexit, sys
atexit.register(lambda: print("loaded:", *(name for name in sys.modules if name in {HEAVY!r})))
"""
QUERY = """
numbers = scmlang.loads("X, Y: binary\\nX ~ bernoulli(0.5)\\nY ~ bernoulli(0.2 + 0.6 * X)\\n")
numbers.query("P(Y | do(X))").plot().svg
str(scmlang.loads("X -> Z -> Y; X <-> Y").query("P(Y | do(X))"))
"""
CHECK = "import sys; sys.argv[1:] = ['check', {path!r}]; from scmlang.cli import main; main()"
PROGRAMS = {
    "import scmlang": "import scmlang",
    "scmlang.loads": f"import scmlang; scmlang.loads({MODEL!r})",
    "Model.query": f"import scmlang\n{QUERY}",
    "scmlang check": CHECK,
    "scmlang identify": CHECK.replace("'check', {path!r}", "'identify', {path!r}, 'P(C | do(D))'"),
}


def loaded(program: str) -> tuple[int, set[str]]:
    """The exit status of a program in a fresh interpreter, and the heavy packages it loaded."""
    text = f"{PROBE}\n{program}"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    last = done.stdout.splitlines()[-1] if done.stdout else done.stderr
    assert last.startswith("loaded:"), last
    return done.returncode, set(last.split()[1:])


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_light_work_loads_nothing_heavy(program: str, tmp_path: Path) -> None:
    path = tmp_path / "small.scm"
    path.write_text(MODEL, encoding="utf-8")
    assert loaded(program.format(path=str(path)) if "{path!r}" in program else program) == (0, set())


def test_the_probe_sees_what_is_loaded() -> None:
    assert loaded("import numpy, safetensors") == (0, {"safetensors"})


def test_every_public_name_is_there() -> None:
    import scmlang

    assert scmlang.__all__
    for name in scmlang.__all__:
        assert getattr(scmlang, name) is not None, name
    assert set(scmlang.__all__) <= set(dir(scmlang))
