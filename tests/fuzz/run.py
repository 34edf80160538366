"""Run many inputs: in one process, or spread over some."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

from tests.fuzz.inputs import make
from tests.fuzz.pipeline import exercise

CHUNK = 500


@dataclass
class Failure:
    """An input that a defect was found with."""

    seed: int
    number: int
    content: bytes
    trace: str

    @property
    def place(self) -> str:
        """What tells one defect from another: the exception, and the last line of ours that it passed."""
        lines = self.trace.strip().split("\n")
        ours = [line for line in lines if "/scmlang/" in line]
        return f"{lines[-1].split(':')[0]} at {ours[-1].strip() if ours else '?'}"


@dataclass
class Outcome:
    """What became of some inputs."""

    inputs: int = 0
    sound: int = 0
    slowest: float = 0.0
    failures: list[Failure] = field(default_factory=list)

    def __iadd__(self, other: Outcome) -> Outcome:
        self.inputs += other.inputs
        self.sound += other.sound
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures
        return self

    def __str__(self) -> str:
        places = Counter(failure.place for failure in self.failures)
        head = f"{self.inputs} inputs, {self.sound} sound models, slowest {self.slowest:.2f} s"
        return "\n".join(
            [f"{head}, {len(self.failures)} failures", *(f"{n} x {p}" for p, n in places.items())]
        )


def chunk(seed: int, first: int, count: int = CHUNK) -> Outcome:
    """The inputs of these numbers."""
    outcome = Outcome()
    for number in range(first, first + count):
        content, random = make(seed, number)
        start = time.process_time()
        try:
            outcome.sound += exercise(content, random)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            outcome.failures.append(Failure(seed, number, content, traceback.format_exc()))
        outcome.inputs += 1
        outcome.slowest = max(outcome.slowest, time.process_time() - start)
    return outcome


def chunks(seed: int, count: int, processes: int) -> Iterator[Outcome]:
    """The first ``count`` inputs of a seed, a chunk at a time and in order."""
    starts = range(0, count, CHUNK)
    sizes = [min(CHUNK, count - start) for start in starts]
    if processes == 1:
        yield from map(partial(chunk, seed), starts, sizes)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(chunk, seed), starts, sizes)
