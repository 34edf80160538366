"""The inputs, each determined by a seed and a number."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from tests.formatting.programs import Writer
from tests.fuzz.mutations import WORDS, mutate
from tests.fuzz.programs import program

ROOT = Path(__file__).parents[2]
LONGEST = 1 << 11  # a seed text; longer ones are inputs of tests/fuzz/test_hard.py


@cache
def corpus() -> tuple[bytes, ...]:
    """Every example and every golden program of moderate length."""
    folders = (ROOT / "examples", ROOT / "tests" / "golden")
    texts = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.scm"))]
    return tuple(text for text in texts if len(text) <= LONGEST)


def make(seed: int, number: int) -> tuple[bytes, Random]:
    """The input of that number, and the source of chance for what is done with it."""
    random = Random(f"{seed}:{number}")
    kind = random.randrange(20)
    if kind < 7:
        content = program(random).encode()
    elif kind < 12:
        content = mutate(program(random).encode(), corpus(), random)
    elif kind < 17:
        content = mutate(random.choice(corpus()), corpus(), random)
    elif kind < 18:
        content = _by_grammar(random)
    elif kind < 19:
        content = mutate(_by_grammar(random), corpus(), random)
    else:
        content = _soup(random)
    return content, random


def _by_grammar(random: Random) -> bytes:
    """A program that parses and seldom means anything."""
    writer = Writer(random)
    writer.program()
    return "".join(writer.pieces).encode()


def _soup(random: Random) -> bytes:
    if random.random() < 0.3:
        return random.randbytes(random.randrange(60))
    names = ("X", "Y", "Z", "0", "1", "0.5", " ", " ", "\n")
    return "".join(random.choice((*WORDS, *names * 6)) for _ in range(random.randrange(60))).encode()
