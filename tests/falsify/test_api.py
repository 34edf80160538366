"""The same from Python."""

from __future__ import annotations

import numpy as np
import pytest

import scmlang

TEXT = "X -> Y -> Z"


def columns() -> dict[str, list[int]]:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (2, 300))
    return {"X": x.tolist(), "Y": y.tolist(), "Z": (x & rng.integers(0, 2, 300)).tolist()}


def test_independencies() -> None:
    model = scmlang.loads(TEXT)
    assert [str(one) for one in model.independencies()] == ["independent(Z, X | Y)"]
    assert model.independencies("all") == model.independencies("pairs") == model.independencies()
    with pytest.raises(ValueError, match="some"):
        model.independencies("some")


def test_falsify() -> None:
    found = scmlang.loads(TEXT).falsify(columns())
    assert [str(finding.claim) for finding in found.rejected] == ["independent(Z, X | Y)"]
    assert [objection.between for objection in found.objections] == [("X", "Z")]
    assert [edge.supported for edge in found.edges] == [False, False]
    assert found.warnings == ()


def test_falsify_warns_in_its_result() -> None:
    more = columns() | {"W": [1] * 300}
    assert [d.code for d in scmlang.loads(TEXT).falsify(more).warnings] == ["W301"]
    assert [d.code for d in scmlang.loads(TEXT + "; {W}").falsify(more).warnings] == ["W300"]


@pytest.mark.parametrize("wrong", [{"basis": "x"}, {"correction": "x"}, {"continuous": "x"}, {"alpha": 1.0}])
def test_what_is_no_option(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"x|between 0 and 1"):
        scmlang.loads(TEXT).falsify(columns(), **wrong)  # type: ignore[arg-type]
