"""Hold counterfactual identification against models, by the thousand.

``python -m tools.verify_counterfactuals`` asks 5,000 random queries of any kind about random models with
explicit hidden causes, whose estimands have to be what the exact engine answers, and 20,000 probabilities of
counterfactual events with random experiments, where a refusal has to be proved by models that agree on all
data and disagree on the query. It prints how many of each verdict there were, and stops at the first that is
wrong.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator

from tests.identify.counterfactual_queries import question, verdict
from tests.identify.written_models import compared

MOST = 5  # variables; three at least


def verify(queries: int = 5000, events: int = 20_000, seed: int = 0) -> Iterator[str]:
    """One line for each kind of comparison.

    Raises:
        AssertionError: for a verdict or an estimand that is wrong.
    """
    yield _counted("counterfactual queries against the exact engine", queries, seed, compared)
    yield _counted("counterfactual verdicts against canonical models", events, seed, _judged)


def _judged(seed: int, count: int) -> str:
    return verdict(question(seed, count), seed)


def _counted(what: str, count: int, seed: int, judge: Callable[[int, int], str]) -> str:
    start = time.monotonic()
    found = Counter(judge(seed + i, 3 + i % (MOST - 2)) for i in range(count))
    numbers = ", ".join(f"{number} {name}" for name, number in sorted(found.items()))
    return f"{count} {what}: {numbers}; none wrong ({time.monotonic() - start:.0f} s)"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for line in verify(options.queries, options.events, options.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
