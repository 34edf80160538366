"""Fuzz everything that the command line does with a text.

``python -m tools.fuzz --count 1000000 --processes 2`` prints a line after every ten thousand inputs, and each
defect once: an input that shows it, and the trace. ``--only NUMBER`` runs that one input again and lets the
exception through. Exits with 1 after a defect.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.inputs import make
from tests.fuzz.pipeline import exercise
from tests.fuzz.run import CHUNK, Outcome, chunks

PROGRESS = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=0, help="which inputs")
    parser.add_argument("--processes", type=int, default=1, help="how many at a time")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one input, without a net")
    options = parser.parse_args()
    if options.only is not None:
        content, random = make(options.seed, options.only)
        print(repr(content))
        print("sound" if exercise(content, random) else "refused")
        return 0
    return _many(options.seed, options.count, options.processes)


def _many(seed: int, count: int, processes: int) -> int:
    total, seen, start = Outcome(), set[str](), time.monotonic()
    for outcome in chunks(seed, count, processes):
        total += outcome
        for failure in outcome.failures:
            if failure.place not in seen:
                seen.add(failure.place)
                print(
                    f"\n--only {failure.number} --seed {seed}: {failure.content[:2000]!r}\n{failure.trace}",
                    flush=True,
                )
        if total.inputs % PROGRESS < CHUNK or total.inputs == count:
            rate = total.inputs / (time.monotonic() - start)
            print(f"{str(total).splitlines()[0]}, {rate:.0f} inputs/s", flush=True)
    print(total)
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
