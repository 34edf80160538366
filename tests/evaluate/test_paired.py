"""Pooled and paired estimates, the cells that keep them, and runs side by side."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from scmlang.evaluate.cells import Cell, load_cells, save_cells
from scmlang.evaluate.comparison import compare, comparison_html, print_comparison
from scmlang.evaluate.metrics import Estimate, bootstrap, difference, pooled

VALUES = st.lists(st.floats(-5, 5), min_size=1, max_size=12).map(np.array)


def estimate(values: list[float], units: list[int]) -> Estimate:
    found = bootstrap(np.array(values), 0, units=np.array(units))
    assert found is not None
    return found


@given(VALUES, VALUES)
@settings(max_examples=30, deadline=None)
def test_the_pooled_mean_is_that_of_all_rows(a: np.ndarray, b: np.ndarray) -> None:
    found = pooled([bootstrap(a, 0), None, bootstrap(b, 0)], 0)
    assert found is not None
    both = np.concatenate([a, b])
    assert found.n == len(both)
    assert found.mean == pytest.approx(both.mean())
    assert found.low is not None
    assert found.high is not None
    assert both.min() - 1e-9 <= found.low <= found.high <= both.max() + 1e-9


def test_rows_of_a_unit_are_drawn_together() -> None:
    """Ten copies of every row say no more than one: the interval is that of the units."""
    values = np.random.default_rng(0).normal(size=200)
    once, often = pooled([bootstrap(values, 0)], 1), pooled([bootstrap(values, 0)] * 10, 1)
    assert once is not None
    assert often is not None
    assert (often.low, often.high) == (pytest.approx(once.low), pytest.approx(once.high))


def test_nothing_pooled_is_nothing() -> None:
    assert pooled([None], 0) is None
    assert pooled([Estimate(0.5, None, None, 3)], 0) is None


def test_differences_are_of_the_same_units() -> None:
    first, second = estimate([1, 2, 3], [4, 7, 9]), estimate([5, 5, 50], [9, 4, 1])
    found = difference(first, second, 0)
    assert found is not None
    assert found.n == 2
    assert found.mean == pytest.approx(((5 - 1) + (5 - 3)) / 2)
    assert difference(first, estimate([1], [0]), 0) is None
    assert difference(first, Estimate(1, None, None, 1), 0) is None
    assert difference(None, first, 0) is None


def test_pairing_takes_away_what_both_share() -> None:
    hard = np.random.default_rng(0).normal(0, 10, 100)
    first, second = bootstrap(hard, 0), bootstrap(hard + 1, 0)
    found = difference(first, second, 0)
    assert found is not None
    assert (found.low, found.mean, found.high) == (pytest.approx(1), pytest.approx(1), pytest.approx(1))


def cell(what: str, found: Estimate) -> Cell:
    return Cell("summary", "", what, "dB", found)


CELLS = (cell("a", estimate([1, 2], [0, 5])), cell("b", Estimate(0.1, None, None, 7)))


def test_kept_cells_are_the_same(tmp_path: Path) -> None:
    save_cells(CELLS, "key", tmp_path)
    kept = load_cells("key", tmp_path)
    assert kept == CELLS
    assert kept is not None
    assert kept[0].estimate.scores is not None
    assert kept[0].estimate.scores.units.tolist() == [0, 5]
    assert kept[0].estimate.scores.values.tolist() == [1, 2]
    assert kept[1].estimate.scores is None


def test_other_or_damaged_cells_are_none(tmp_path: Path) -> None:
    assert load_cells("key", tmp_path) is None
    save_cells(CELLS, "key", tmp_path)
    assert load_cells("another", tmp_path) is None
    path = tmp_path / "scores.npz"
    for size in range(0, path.stat().st_size, 97):
        (tmp_path / "torn").mkdir(exist_ok=True)
        (tmp_path / "torn" / "scores.npz").write_bytes(path.read_bytes()[:size])
        assert load_cells("key", tmp_path / "torn") is None


def test_runs_side_by_side() -> None:
    other = (cell("a", estimate([4, 1], [0, 5])), cell("c", Estimate(0.3, None, None, 7)))
    found = compare({"one": CELLS, "two": other}, ("step 1", "step 2"), 0)
    a, b, c = found.rows
    assert [value and value.mean for value in a.values] == [1.5, 2.5]
    assert a.differences[0] is None
    assert a.differences[1] is not None
    assert a.differences[1].mean == 1
    assert (b.values[1], b.differences[1]) == (None, None)
    assert (c.values[0], c.differences[1]) == (None, None)
    body = found.to_json()
    assert body["schema"] == 1
    assert body["rows"][0]["differences"][1].keys() == {"mean", "low", "high", "n"}
    text = comparison_html(replace(found, runs=("<one>", "two")))
    assert "<li>A: &lt;one&gt;, step 1</li>" in text
    assert ">B − A</th>" in text
    console = Console(width=120, record=True, file=io.StringIO())
    print_comparison(found, console)
    assert "1.00 [-1.00, 3.00]" in console.export_text()
