"""Parsing and checking at scale: against a bare Lark pass, against pydot, and against itself at other sizes.

A model of n variables has two edges into each, from the two before it: ``X3 -> X5`` and ``X4 -> X5``. It is
either a bare diagram or declares ``X5: binary`` too. Times are medians of processor time, taken in
alternation.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pydot
from lark import Lark

from scmlang.collector import paused
from scmlang.compiler import Compilation
from scmlang.limits import limited
from scmlang.source import Source
from scmlang.syntax.parser import FILE, NewLines, grammar_text, parse

SMALL, MIDDLE, LARGE = 1_000, 10_000, 100_000
DOT = 2_000
LIMITS = {"source_bytes": 1 << 30, "tokens": 100_000_000, "edges": 10_000_000}

LARK_PROCESS = """
import sys
from lark import Lark
from scmlang.syntax.parser import FILE, NewLines, grammar_text
lark = Lark(grammar_text(), parser="lalr", start=[FILE], postlex=NewLines())
lark.parse(open(sys.argv[1], encoding="utf-8").read())
"""


def edges(n: int) -> list[tuple[str, str]]:
    """Two into each variable but the first two."""
    return [(f"X{i - k}", f"X{i}") for i in range(n) for k in (2, 1) if i >= k]


def model(n: int, *, declared: bool = False) -> str:
    """The text of a model of ``n`` variables."""
    lines = [f"X{i}: binary" for i in range(n)] if declared else []
    return "\n".join([*lines, *(f"{a} -> {b}" for a, b in edges(n))]) + "\n"


def dot(n: int) -> str:
    """The same diagram for pydot."""
    return "digraph {\n" + "".join(f"  {a} -> {b};\n" for a, b in edges(n)) + "}\n"


def lark() -> Lark:
    """The peer: the same grammar in Lark, with its contextual lexer, no places and no transformer."""
    return Lark(grammar_text(), parser="lalr", start=[FILE], postlex=NewLines())


def seconds(work: Callable[[], object]) -> float:
    """Processor time of this process, which does not count what else the machine does."""
    start = time.process_time()
    work()
    return time.process_time() - start


def process_seconds(command: list[str]) -> float:
    """Processor time of another process, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def alternate(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median seconds of each, taken in turns."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [median(column) for column in zip(*times, strict=True)]


def against_lark() -> None:
    text, peer = model(MIDDLE), lark()
    with paused():  # for both, so that neither pays for what the other keeps
        theirs, ours = alternate(5, lambda: peer.parse(text), lambda: parse(Source("<bench>", text)))
    words = f"{ours:.3f} s to the AST, {ours / theirs:.2f} x Lark's tree ({theirs:.3f} s)"
    print(f"parse, {MIDDLE} variables: {words}")


def against_pydot() -> None:
    text, other = model(DOT), dot(DOT)
    theirs, ours = alternate(
        3, lambda: pydot.graph_from_dot_data(other), lambda: Compilation.from_text(text).model
    )
    print(f"check, {DOT} variables: {ours:.3f} s, {theirs / ours:.0f} x faster than pydot ({theirs:.2f} s)")


def against_itself(*, declared: bool) -> None:
    kind = "declared" if declared else "bare"
    small, large = model(SMALL, declared=declared), model(LARGE, declared=declared)

    def check_small() -> None:
        for _ in range(10):
            _ = Compilation.from_text(small).model

    with limited(**LIMITS):
        few, many = alternate(3, check_small, lambda: Compilation.from_text(large).model)
    few, many = few / (10 * SMALL) * 1e6, many / LARGE * 1e6
    words = f"{many:.0f} µs each, {many / few:.2f} x those of {SMALL} ({few:.0f} µs)"
    print(f"check, {LARGE} variables, {kind}: {words}")


def whole_process(*, declared: bool) -> None:
    kind = "declared" if declared else "bare"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.scm"
        path.write_text(model(MIDDLE, declared=declared), encoding="utf-8")
        check = [sys.executable, "-m", "scmlang", "check", str(path)]
        peer = [sys.executable, "-c", LARK_PROCESS, str(path)]
        times = [(process_seconds(check), process_seconds(peer)) for _ in range(3)]
    ours, theirs = (median(column) for column in zip(*times, strict=True))
    words = f"{ours:.2f} s in all, {ours / theirs:.2f} x a process with Lark's tree ({theirs:.2f} s)"
    print(f"scmlang check, {MIDDLE} variables, {kind}: {words}")


def main() -> None:
    against_lark()
    against_pydot()
    for declared in (False, True):
        whole_process(declared=declared)
        against_itself(declared=declared)


if __name__ == "__main__":
    main()
