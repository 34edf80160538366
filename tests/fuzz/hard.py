"""Inputs that ask for much in few words, or are as long as they may be.

``python -m tests.fuzz.hard [COMMAND]`` gives each to ``scmlang check`` (or another
command that reads a model) and prints its processor time and memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scmlang.limits import Limits

SIZE = Limits.source_bytes
TOKENS = Limits.tokens - 100  # a little is left for what stands around
DEPTH = Limits.nesting
SECONDS, MEBIBYTES = 2.0, 512
KILLED = 20  # seconds of processor time, by which a program that does not end is told from a busy machine


def _fill(piece: str, size: int = SIZE) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def _lines(line: Callable[[int], str], tokens: int) -> str:
    """As many lines as a text may have, each of so many tokens."""
    return "\n".join(map(line, range(TOKENS // tokens)))


_REALS = "A, B: real\nA ~ normal(0, 1)\n"
_BITS = "X, Y: binary\nX ~ bernoulli(0.5)\n"
_DIGITS = "".join(f"X{i}: 0..9\nX{i} ~ uniform()\n" for i in range(5))
_TABLE = ", ".join(f"X{i}" for i in range(12))

LONG = {
    f"a mebibyte of {piece!r}": _fill(piece) for piece in ("(", "a,", "\n", "~", ";", "[", " ", "X\n", "\0")
}
LONG |= {
    "a mebibyte of comment": _fill("#"),
    "a mebibyte of short comments": _fill("#\n"),
    "a mebibyte of a name": _fill("X"),
    "a mebibyte of digits": "X := " + _fill("9", SIZE - 5),
    "a mebibyte of emoji": _fill("\N{WOMAN}", SIZE // 4),
    "the same edge over and over, the last one torn": _fill("X->Y\n", 4 * TOKENS // 4)[:-2],
}
AS_LONG_AS_THEY_MAY_BE = {
    "edges": _lines(lambda i: f"X{i} -> X{i + 1}", 4),
    "declarations": _lines(lambda i: f"X{i}: real", 4),
    "the same declaration": _lines(lambda i: "X: real", 4),
    "equations": _lines(lambda i: f"X{i}: binary\nX{i} ~ bernoulli(.5)", 11),
    "constants": _lines(lambda i: f"let p{i} = 1", 5),
    "queries": "X -> Y\n" + _lines(lambda i: f"query q{i} = P(X=1)", 10),
    "mistakes": _lines(lambda i: "X = 1", 4),
    "loops": _lines(lambda i: f"X{i} -> X{i}", 4),
    "one cycle": _lines(lambda i: f"X{i} -> X{i + 1}", 4) + "\nX1 -> X0",
    "one chain": " -> ".join(f"X{i}" for i in range(TOKENS // 2)),
    "one set": "{" + ", ".join(f"X{i}" for i in range(TOKENS // 2)) + "}",
    "line ends": "\n" * TOKENS,
    "names and commas": "a," * (TOKENS // 2),
    "brackets": "()" * (TOKENS // 2),
    "a sum": "X := 1" + "+1" * (TOKENS // 2),
    "minus signs": "X := " + "-" * TOKENS,
    "negations": "X := " + "not " * TOKENS,
    "powers": "X := " + "1**" * (TOKENS // 2),
    "a vector": "X := [" + "1," * (TOKENS // 2) + "1]",
    "a table": "A, B: 0..89\nY: binary\nA ~ uniform()\nB ~ uniform()\nY ~ table(A, B) {"
    + "".join(f"({a},{b}):[.5,.5]\n" for a in range(90) for b in range(90))
    + "}",
}
DEEP = {
    "brackets": _REALS + "B := " + "(" * 499 + "A" + ")" * 499,
    "negations": _BITS + "Y := " + "not " * DEPTH + "X",
    "one negation too many": _BITS + "Y := " + "not " * (DEPTH + 1) + "X",
    "minus signs": _REALS + "B := " + "-" * DEPTH + "A",
    "powers": _REALS + "B := " + "1 ** " * DEPTH + "A",
    "sums": _REALS + "B := " + "A + (" * DEPTH + "A" + ")" * DEPTH,
    "exclusive ors": _BITS + "Y := " + "X xor (" * DEPTH + "X" + ")" * DEPTH,
    "conditions": _BITS + "Y := " + "if " * DEPTH + "X" + " then X else not X" * DEPTH,
    "functions": _REALS + "B := " + "min(" * DEPTH + "A" + ", 1)" * DEPTH,
    "indexes": "Z: bits(4)\nY: binary\nZ ~ uniform()\nY := " + "Z[" * DEPTH + "0" + "]" * DEPTH,
    "constants": "".join(f"let p{i} = " + (f"p{i - 1} + 1\n" if i else "1\n") for i in range(DEPTH)) + _REALS,
    "constants that double": "".join(
        f"let p{i} = " + (f"p{i - 1} + p{i - 1}\n" if i else "1\n") for i in range(60)
    ),
    "a query": "X -> Y\nquery q = " + "-" * (DEPTH - 3) + "P(X=1)",
    "subscripts": "X -> Y\nquery q = P(Y[" + "X[" * 48 + "X=1" + "]" * 49 + "=1)",
    "an assertion": "X -> Y\nassert " + "P(X=1) + (" * (DEPTH - 5) + "P(X=1)" + ")" * (DEPTH - 5) + " >= 0",
}
LARGE = {
    "an image": "I: image(3, 1000000000, 1000000000)",
    "a range": "X: 0..1000000000000000",
    "a longer range": "X: 0..999999999999999\nX ~ uniform()",
    "bits": "X: bits(60)",
    "the largest ranges": "X, Y: 0..999999\nX ~ uniform()\nY := X",
    "decimals": "X: real\nX ~ normal(1e308 * 1e308, 1e308 ** 9)",
    "powers of integers": "X: real\nX ~ normal(9 ** 9 ** 9 ** 9, 1)",
    "a power with a large result": "X: 0..9\nX := 10 ** 15 ** 15",
    "a table of millions of rows": "".join(f"X{i}: 0..9\n" for i in range(12))
    + f"Y: binary\nY ~ table({_TABLE}) {{}}",
    "probabilities": "X: 0..9999\nX ~ categorical(" + ", ".join(["1/10000"] * 10_000) + ")",
    "enumeration": _DIGITS + "Y: real\nY ~ normal(X0 + X1 + X2 + X3 + X4, 1)",
    "enumeration for many": _DIGITS
    + "".join(f"Y{j}: real\nY{j} ~ normal(sqrt(X0 + X1) + sqrt(X2 * X3 + X4), 1)\n" for j in range(40)),
    "bidirected edges": "{S} <-> {S}".replace("S", ", ".join(f"X{i}" for i in range(300))),
}
CASES = {
    f"{kind}: {name}": text
    for kind, cases in (("long", LONG), ("full", AS_LONG_AS_THEY_MAY_BE), ("deep", DEEP), ("large", LARGE))
    for name, text in cases.items()
}


@dataclass(frozen=True)
class Run:
    """What a command did with a text."""

    status: int
    errors: str
    seconds: float
    mebibytes: float


def run(text: str, *command: str) -> Run:
    """``scmlang COMMAND -`` on ``text``, stopped at :data:`KILLED` seconds of processor time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.scm"
        path.write_text(text, encoding="utf-8")
        with path.open("rb") as stream, (Path(folder) / "errors").open("w+b") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "scmlang", *command, "-"],
                stdin=stream,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                preexec_fn=_bound,
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            said = errors.read().decode()
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(process.returncode, said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 2**20)


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (KILLED, KILLED))


def _report(command: list[str]) -> Iterator[str]:
    for name, text in CASES.items():
        ran = run(text, *command)
        kept = ran.status in (0, 1) and ran.seconds < SECONDS and ran.mebibytes < MEBIBYTES
        first = ran.errors.partition("\n")[0][:60]
        used = f"{ran.seconds:5.2f} s {ran.mebibytes:4.0f} MiB"
        yield f"{'  ' if kept else '! '}{used}  {name}: {ran.status} {first}"


if __name__ == "__main__":
    for line in _report(sys.argv[1:] or ["check"]):
        print(line, flush=True)
