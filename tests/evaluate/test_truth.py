from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.match import compare_diagrams
from scmlang.evaluate.truth import Units, held_out, open_truth
from tests.evaluate.support import LEARNER, TRUTH, model_from, small_units


def codes(truth: str, learner: str, data: Path) -> list[str]:
    true, assumed = model_from(truth), model_from(learner)
    with pytest.raises(ScmError) as caught:
        held_out(open_truth(true, assumed, data), assumed, 4)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def test_the_null_intervention_gives_the_data_back(units: Units) -> None:
    values = units.responses({})
    for name, column in units.split.columns.items():
        assert np.array_equal(values[name], column)
    assert np.array_equal(units.images(values), units.split.images)
    assert units.same_source(values).all()


def test_setting_every_label_to_its_factual_value_changes_nothing(units: Units) -> None:
    values = units.responses(dict(units.split.columns))
    assert np.array_equal(units.images(values), units.split.images)


def test_only_descendants_respond(units: Units) -> None:
    values = units.responses({"S": 2})
    assert (values["S"] == 2).all()
    assert np.array_equal(values["Z"], units.split.columns["Z"])
    assert (values["K"] == 2 + values["Mood"]).all()
    assert units.truth.diagram.descendants("S") == {"S", "T", "K", "I"}


def test_as_many_units_as_there_are(data: Path) -> None:
    assert len(small_units(data, 5)) == 5
    assert len(small_units(data, 10_000)) == 24


def test_other_variables_are_refused_all_at_once(data: Path) -> None:
    learner = LEARNER.replace("K: 1..4", "K: 0..4").replace("{plain, fancy}", "{dull, fancy}")
    assert codes(TRUTH, learner, data) == ["E230", "E230"]
    assert codes(TRUTH.replace("Z: {", "latent Z: {"), LEARNER, data) == ["E230"]


def test_an_open_truth_is_refused(data: Path) -> None:
    assert codes(LEARNER, LEARNER, data) == ["E110"]


def test_another_truth_is_refused(data: Path) -> None:
    assert codes(TRUTH.replace("1 + (S", "2 - (S"), LEARNER, data) == ["E232"]
    assert codes(TRUTH.replace("clip(T, 1, 4)", "clip(T, 1, 2)"), LEARNER, data) == ["E232"]


def test_a_model_without_an_image_is_refused(data: Path) -> None:
    lines = LEARNER.replace("{S, T, K} -> I\n", "").replace("query thick = do(T=3)\n", "")
    assert codes(TRUTH, lines, data) == ["E233"]
    no_image = lines.replace("I: image(1, 24, 24)\n", "")
    assert codes(TRUTH, no_image, data) == ["E233"]


def test_data_of_unknown_units_are_refused(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    (copy / "test" / "exogenous.csv").unlink()
    assert codes(TRUTH, LEARNER, copy) == ["E231"]
    (copy / "manifest.json").unlink()
    assert codes(TRUTH, LEARNER, copy) == ["E231"]


def test_a_right_diagram_needs_no_warning() -> None:
    assert compare_diagrams(model_from(TRUTH), model_from(LEARNER)) == ()


def test_a_wrong_diagram_is_warned_of() -> None:
    learner = model_from(LEARNER.replace("S <-> K", "Z <-> T"))
    (warning,) = compare_diagrams(model_from(TRUTH), learner)
    assert warning.code == "W230"
    assert "it lacks K <-> S" in warning.message
    assert "it adds T <-> Z" in warning.message
