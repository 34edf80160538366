"""Output is the same, byte for byte, however Python hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
GOLDEN = Path(__file__).parent / "golden"
LATENT = """model Latent
latent U, L
{A, B, C, D, E, F}
U -> {A, B, C}
{A, L} -> D -> {E, F}
A <-> B; B <-> F; C <-> E; D <-> F; A <-> E
# dagitty: A [exposure,pos="0,1"]
# dagitty: E [outcome,pos="2,1"]
"""
WRONG = """model Wrong
A: binary
B: 0..9
C: {red, green, red}
A -> B -> D -> A
B -> A
A -> Z <-> Q
B ~ table(A) { (0): [0.5, 0.6] }
C := if B == blue then 1 else 2 + colour
mechanism A: mlpp(hiden=[1], residul=true)
query q = do(R=1, S=2)
"""
PROGRAM = """
import contextlib, hashlib, io, sys
from pathlib import Path
from scmlang.cli.app import run
from scmlang.exchange import WRITERS


def digest(*arguments):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["scmlang", *arguments]
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run()
        except SystemExit as exit:
            status = exit.code
    said = out.getvalue() + err.getvalue()
    if "internal error" in said:
        raise SystemExit(f"{arguments}: {said}")
    print(status, len(said), hashlib.sha256(said.encode()).hexdigest(), *arguments)


checked, drawn = sys.argv[1], sys.argv[2:]
for path in Path(checked).read_text().splitlines():
    digest("check", path)
    digest("check", "--format", "json", path)
for path, do in zip(drawn[::2], drawn[1::2], strict=True):
    digest("compile", path)
    for form in WRITERS:
        digest("export", "--to", form, path)
    for form in ("svg", "tikz", "dot", "mermaid"):
        for more in ([], ["--latent", "--exogenous", "--direction", "down"], ["--do", do]):
            digest("graph", "--format", form, *more, path)
latent, toy = drawn[0], drawn[2]
digest("identify", latent, "P(E | do(A))", "--explain")
digest("identify", latent, "P(E[A=1]=0 | A=0)", "--format", "json")
digest("adjust", latent, "A", "E", "--all")
digest("independencies", latent, "--all")
digest("bound", toy, "ETT(X, Y)")
digest("query", toy, "P(I[X=1] | I=5)")
digest("query", toy, "P(I[X=1] | I=5)", "--method", "sample", "--units", "1000")
digest("table", toy, "--do", "X=1")
"""


def digests(seed: int, checked: Path, drawn: dict[Path, str]) -> list[str]:
    """A line for every command: its status, the length and the digest of what it says, its arguments."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, checked, *(str(word) for item in drawn.items() for word in item)],
        env={**os.environ, "PYTHONHASHSEED": str(seed), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_same_bytes_under_twenty_hash_seeds(tmp_path: Path) -> None:
    latent, wrong, checked = tmp_path / "latent.scm", tmp_path / "wrong.scm", tmp_path / "checked"
    latent.write_text(LATENT)
    wrong.write_text(WRONG)
    drawn = {
        latent: "A=1",
        EXAMPLES / "toy_ascm.scm": "X=1",
        EXAMPLES / "bar_mnist" / "frontdoor.scm": "C=green",
        EXAMPLES / "bar_mnist" / "frontdoor_truth.scm": "C=green",
    }
    checked.write_text("\n".join(map(str, [wrong, *drawn, *sorted(GOLDEN.rglob("*.scm"))])))
    first = digests(0, checked, drawn)
    graphs = [line for line in first if " graph " in line]
    assert len(graphs) == 12 * len(drawn)
    assert all(line.startswith("0 ") for line in graphs)
    assert all(line.startswith("0 ") for line in first[-8:])
    assert sum(line.startswith("1 ") for line in first) > 40
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for others in pool.map(lambda seed: digests(seed, checked, drawn), range(1, 20)):
            assert others == first
