from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scmlang.evaluate.edits import answer
from scmlang.evaluate.truth import Units
from scmlang.neural.columns import numpy_columns, tensor_column, tensor_labels
from scmlang.neural.edit import counterfactual_edit
from scmlang.neural.pixels import to_bytes, to_unit
from tests.evaluate.support import EDIT, untrained


@pytest.mark.parametrize("inversion", ["edit_friendly", "ddim"])
def test_the_answers_are_those_of_a_query(units: Units, inversion: str) -> None:
    model = untrained().model
    options = replace(EDIT, inversion=inversion, guidance={"S": 2.0, "T": 1.5}, seed=3)
    settings = [{"S": 2}, {"T": 3.0, "K": 4}]
    split = units.split
    answers = answer(model, split.images, split.columns, settings, options)
    images, labels = to_unit(torch.from_numpy(split.images)), tensor_labels(model.plan, split.columns)
    for i, each in enumerate(settings):
        do = {n: tensor_column(model.plan.label(n), np.full(len(units), v)) for n, v in each.items()}
        edit = counterfactual_edit(model, images, labels, do, options)
        assert np.array_equal(answers.edited[i], to_bytes(edit.edited).numpy())
        assert np.array_equal(answers.reconstruction, to_bytes(edit.reconstruction).numpy())
        for name, column in numpy_columns(model.plan, edit.counterfactual).items():
            assert np.array_equal(answers.labels[i][name].astype(column.dtype), column)


def test_what_is_not_reached_is_copied_exactly(units: Units) -> None:
    split = units.split
    answers = answer(untrained().model, split.images, split.columns, [{"K": 1}], EDIT)
    for name in ("Z", "S", "T"):
        assert np.array_equal(answers.labels[0][name], split.columns[name])
    assert (answers.labels[0]["K"] == 1).all()


def test_the_work_is_counted(units: Units) -> None:
    done: list[int] = []
    split = units.split
    answer(untrained().model, split.images, split.columns, [{"K": 1}, {"S": 0}], EDIT, done.append)
    assert sum(done) == 3 * len(units)


def test_without_an_image_there_is_nothing_to_edit(units: Units) -> None:
    model = untrained("model m\nX, Y: binary\nX -> Y\n").model
    with pytest.raises(ValueError, match="no image"):
        answer(model, units.split.images, dict.fromkeys("XY", np.zeros(len(units))), [], EDIT)
