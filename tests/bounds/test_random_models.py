"""On random finite models the truth lies inside, and what is identifiable is a point."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.bounds import Trial, trial


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_truth_lies_inside_and_identified_queries_give_a_point(seed: int) -> None:
    found = trial(seed)
    if isinstance(found, Trial):
        assert found.fault() is None


def test_most_trials_are_bounded() -> None:
    found = [trial(seed) for seed in range(40)]
    assert sum(isinstance(one, Trial) for one in found) >= 25
    assert any(isinstance(one, Trial) and not one.bounds.is_point for one in found)
    assert any(isinstance(one, Trial) and one.identifiable for one in found)


def test_a_fault_is_told() -> None:
    found = next(one for one in map(trial, range(40)) if isinstance(one, Trial))
    wrong = Trial(found.text, found.query, found.bounds, found.bounds.high + 0.01, found.identifiable)
    assert wrong.fault() is not None
