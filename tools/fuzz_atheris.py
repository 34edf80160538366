"""Fuzz everything that the command line does with a text, guided by coverage.

``python -m tools.fuzz_atheris build/fuzz examples tests/golden`` starts from the files of the last two
folders and keeps in the first, which has to exist, each input that reaches something new. Options of
libFuzzer, such as ``-max_total_time=600``, may follow. Needs ``pip install atheris``.

One half of the inputs are changed by libFuzzer, the other by :mod:`tests.fuzz.mutations`, which know words.
"""

from __future__ import annotations

import sys
from random import Random
from zlib import crc32

import atheris

with atheris.instrument_imports(include=["scmlang"]):
    from tests.fuzz.pipeline import exercise
from tests.fuzz.inputs import corpus
from tests.fuzz.mutations import mutate


def test_one_input(content: bytes) -> None:
    """Raise what is no diagnostic; the choices on the way follow from the content, so a crash repeats."""
    exercise(content, Random(crc32(content)))


def mutated(content: bytes, longest: int, seed: int) -> bytes:
    """Another input, of at most ``longest`` bytes."""
    random = Random(seed)
    if random.random() < 0.5:
        return bytes(atheris.Mutate(content, longest))
    return mutate(content, corpus(), random)[:longest]


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input, custom_mutator=mutated)
    atheris.Fuzz()
