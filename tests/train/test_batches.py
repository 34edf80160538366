"""The order in which data is seen, and the weights that undo confounding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.train.batches import (
    LARGEST_WEIGHT,
    TOGETHER,
    deconfounding_weights,
    epoch_order,
    step_rows,
    tensor_data,
)
from tests.train.support import plan_of, split_of

CPU = torch.device("cpu")


@given(
    rows=st.integers(1, 50), batch=st.integers(1, 120), steps=st.integers(1, 12), seed=st.integers(0, 2**40)
)
def test_steps_are_the_epochs_laid_end_to_end(rows: int, batch: int, steps: int, seed: int) -> None:
    seen = torch.cat([step_rows(rows, batch, step, seed) for step in range(steps)])
    epochs = -(-batch * steps // rows)
    wanted = torch.cat([epoch_order(rows, epoch, seed) for epoch in range(epochs)])
    assert torch.equal(seen, wanted[: batch * steps])


@given(rows=st.integers(1, 200), epoch=st.integers(0, 10**6), seed=st.integers(0, 2**63 - 1))
def test_an_epoch_meets_every_row_once(rows: int, epoch: int, seed: int) -> None:
    assert torch.equal(epoch_order(rows, epoch, seed).sort().values, torch.arange(rows))


@given(
    files=st.lists(st.integers(1, 5), min_size=1, max_size=40),
    epoch=st.integers(0, 10**6),
    seed=st.integers(0, 2**40),
)
def test_an_epoch_of_files_meets_every_row_once_and_few_files_at_a_time(
    files: list[int], epoch: int, seed: int
) -> None:
    rows = sum(files)
    order = epoch_order(rows, epoch, seed, tuple(files))
    assert torch.equal(order.sort().values, torch.arange(rows))
    owner = torch.repeat_interleave(torch.arange(len(files)), torch.tensor(files))[order].tolist()
    first = {name: owner.index(name) for name in owner}
    last = {name: len(owner) - 1 - owner[::-1].index(name) for name in owner}
    for place in range(rows):
        assert sum(first[name] <= place <= last[name] for name in first) <= TOGETHER


def test_orders_differ_between_epochs_and_seeds() -> None:
    orders = [epoch_order(100, epoch, seed).tolist() for epoch in range(3) for seed in range(3)]
    assert len({tuple(order) for order in orders}) == 9


def test_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(7)
    wanted = torch.rand(3)
    torch.manual_seed(7)
    step_rows(30, 8, 5, 1)
    assert torch.equal(torch.rand(3), wanted)


PARENTS = """model Parents
X: {a, b, c}
Y: binary
Z: binary
A: real
I: image(1, 4, 4)
X -> Y
{X, Y, A} -> I
"""


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=40))
def test_weights_make_the_observed_configurations_equally_likely(rows: list[tuple[int, int]]) -> None:
    plan = plan_of(PARENTS)
    x, y = (torch.tensor(column) for column in zip(*rows, strict=True))
    zeros = torch.zeros(len(rows))
    labels = {"X": x, "Y": y, "Z": zeros.long(), "A": zeros}
    weight = deconfounding_weights(plan, labels)
    assert abs(float(weight.mean()) - 1) < 1e-5
    counts = torch.bincount(2 * x + y, minlength=6)
    joint = torch.bincount(2 * x + y, weight, minlength=6)
    seen = counts > 0
    clamped = float(len(rows) / counts[seen].min()) / int(seen.sum()) > LARGEST_WEIGHT
    if not clamped:
        torch.testing.assert_close(joint[seen], joint[seen].mean().expand(int(seen.sum())), atol=1e-4, rtol=0)


def test_rare_configurations_are_not_blown_up() -> None:
    plan = plan_of(PARENTS)
    n = 10_000
    labels = {"X": torch.zeros(n).long(), "Y": torch.zeros(n).long(), "Z": torch.zeros(n).long()}
    labels["X"][0] = 1
    weight = deconfounding_weights(plan, labels)
    assert abs(float(weight.mean()) - 1) < 1e-5
    assert float(weight[0] / weight[1]) == pytest.approx(LARGEST_WEIGHT / 0.5, rel=1e-3)


def test_labels_that_the_image_does_not_show_weigh_nothing() -> None:
    plan = plan_of(PARENTS)
    labels = {"X": torch.zeros(4).long(), "Y": torch.zeros(4).long(), "Z": torch.tensor([0, 0, 0, 1])}
    assert deconfounding_weights(plan, labels).tolist() == [1.0] * 4


def test_a_split_becomes_tensors_in_the_networks_terms() -> None:
    plan = plan_of("model M\nX: 5..8\nA: real\nI: image(3, 4, 6)\nX -> I\n")
    split = split_of(plan, 10)
    data = tensor_data(plan, split, CPU)
    assert len(data) == 10
    assert torch.equal(data.labels["X"], torch.from_numpy(split.columns["X"].astype(np.int64)) - 5)
    assert data.labels["A"].dtype == torch.float32
    images, labels, weight = data.rows(torch.tensor([3, 1]))
    assert images is not None
    assert images.shape == (2, 3, 4, 6)
    torch.testing.assert_close(images[0], torch.from_numpy(split.images[3]) / 127.5 - 1)
    assert labels["X"].tolist() == [int(split.columns["X"][3]) - 5, int(split.columns["X"][1]) - 5]
    assert weight.shape == (2,)


def test_a_split_without_images() -> None:
    plan = plan_of("model M\nX, Y: binary\nX -> Y\n")
    data = tensor_data(plan, split_of(plan, 7), CPU)
    assert data.images is None
    assert len(data) == 7
    assert data.rows(torch.arange(2))[0] is None
