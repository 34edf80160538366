"""The Python API: a model file as an object."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import scmlang
from scmlang.answers import Answer
from scmlang.train.checkpoint import load_latest
from tests.cli.process import EXAMPLES

TINY = ("train.steps=6", "train.batch=4", "backbone.channels=[8, 16]", "code.width=4", "recogniser.width=4")
STROKES = EXAMPLES / "strokes" / "strokes.scm"
TOY = scmlang.load(EXAMPLES / "toy_ascm.scm")
NAMED = """
model Named
X, Y: binary
X ~ bernoulli(0.25)
Y ~ bernoulli(0.2 + 0.6 * X)
query effect = ATE(X, Y)
query rows = P(Y | X)
query act = do(X=1)
"""


def test_a_file_and_its_text_are_the_same_model() -> None:
    loaded, read = scmlang.load(STROKES), scmlang.loads(STROKES.read_text(encoding="utf-8"))
    assert (loaded.name, loaded.variables) == ("Strokes", ("Z", "S", "T", "K", "I"))
    assert (read.name, read.variables) == (loaded.name, loaded.variables)
    assert scmlang.load(str(STROKES)).name == "Strokes"


def test_every_mistake_is_in_the_error() -> None:
    with pytest.raises(scmlang.ScmError) as error:
        scmlang.loads("model M\nX: 0..-1\nY: real\nY -> Z\n")
    assert len(error.value.diagnostics) >= 2


def test_compiling_needs_no_data() -> None:
    summary = scmlang.load(STROKES).compile("cpu", ["backbone.channels=[8, 16]"])
    assert summary.parameters == sum(part.parameters for part in summary.parts)
    assert summary.settings.channels == (8, 16)
    with pytest.raises(scmlang.ScmError, match="E155"):
        scmlang.load(STROKES).compile("cpu", ["backbone.chanels=[8, 16]"])


def test_training_and_asking(strokes: Path, tmp_path: Path) -> None:
    model = scmlang.load(STROKES)
    steps: list[int] = []
    run = model.train(
        strokes / "data",
        overrides=[*TINY, "train.log_every=2"],
        runs=tmp_path / "runs",
        listen=lambda progress: steps.append(progress.step),
    )
    assert steps == [2, 4, 6]
    assert load_latest(run).step == 6
    newest = model.query("do(S=ring)", runs=tmp_path / "runs", steps=2)
    for where in (run, run.folder, str(run.folder)):
        answer = model.query("do(S=ring)", run=where, steps=2)
        assert np.array_equal(
            answer.images[3].counterfactual_images[0], newest.images[3].counterfactual_images[0]
        )
    picture = strokes / "data" / "test" / "000000.png"
    given = {"S": "ring", "K": 4, "T": 2.5, "Z": True}
    options = {"samples": 2, "seed": 3, "guidance": {"S": 2.0}, "steps": 2}
    answer = model.query("do(S=cross)", run=run, images=[str(picture)], given=given, **options)
    (image,) = answer.images
    assert (image.factual, image.confidence) == ({"Z": "fancy", "S": "ring", "T": 2.5, "K": 4}, {})
    assert len(image.counterfactual) == 2


def test_numbers_are_given_in_any_type(strokes: Path) -> None:
    picture = strokes / "data" / "test" / "000000.png"
    model = scmlang.load(STROKES)
    for value in (3, 3.0, "3", np.int64(3), np.float64(3.0)):
        options = {"images": [picture], "given": {"K": value}, "steps": 1}
        answer = model.query("do(S=ring)", runs=strokes / "runs", **options)
        assert answer.images[0].factual["K"] == 3


def test_a_number_from_the_model_itself() -> None:
    found = TOY.query("P(Y[X=1]=1 | X=0)")
    assert isinstance(found, Answer)
    assert float(found) == pytest.approx(0.52, abs=1e-12)
    assert (found.status, found.table, found.standard_error) == ("exact", [], None)
    assert TOY.query("P(Y[X=1]=1 | X=0)", exact=True).value == Fraction(13, 25)


def test_a_table_is_records_as_data_frames_take_them() -> None:
    polars = pytest.importorskip("polars")
    found = TOY.query("P(I | X)")
    frame = polars.DataFrame(found.table)
    assert frame.columns == ["I", "X", "p"]
    assert frame.height == 32
    assert frame.filter(polars.col("X") == "1")["p"].sum() == pytest.approx(1)


def test_the_fields_are_those_of_json() -> None:
    found = TOY.query("P(Y | X)", exact=True)
    document = found.to_json()
    for name in ("query", "status", "value", "bounds", "standard_error", "method"):
        assert document[name] == getattr(found, name)
    assert document["table"] == [{**row, "p": str(row["p"])} for row in found.table]


def test_an_intervention_alone_is_a_table_where_all_is_written() -> None:
    found = TOY.query("do(X=1)", exact=True)
    assert found.columns == ("variable", "level", "factual", "interventional")
    assert {"variable": "X", "level": "1", "factual": Fraction(1, 2), "interventional": 1} in found.table


def test_sampling_where_it_is_asked_for() -> None:
    text = "P(Y[X=1]=1 | X=0)"
    found = TOY.query(text, method="sample", units=20_000, seed=4)
    assert (found.status, found.units, found.seed) == ("estimated", 20_000, 4)
    assert found == TOY.query(text, method="sample", units=20_000, seed=4)
    assert abs(float(found) - 0.52) < 5 * found.standard_error
    assert found.plot().bars[0].whisker is not None
    with pytest.raises(scmlang.ScmError, match="E260"):
        scmlang.loads("A: real\nA ~ normal(0, 1)\n").query("P(A > 0)", method="exact")
    with pytest.raises(TypeError, match="not exact"):
        TOY.query(text, method="sample", exact=True)
    with pytest.raises(ValueError, match="guess"):
        TOY.query(text, method="guess")


def test_a_query_is_a_text() -> None:
    for ask in (TOY.query, TOY.identify):
        with pytest.raises(TypeError, match="is of type int"):
            ask(3)


def test_named_queries() -> None:
    model = scmlang.loads(NAMED)
    assert model.queries == {"effect": "ATE(X, Y)", "rows": "P(Y | X)", "act": "do(X=1)"}
    for name, text in model.queries.items():
        assert model.query(name, exact=True) == model.query(text, exact=True)
    assert model.query("effect", exact=True).value == Fraction(3, 5)
    assert len(model.query("rows").table) == 4
    assert model.query("act").columns[-1] == "interventional"


def test_what_has_to_be_learned_is_asked_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("do(S=ring)", "I[S=ring] | I"):
        with pytest.raises(scmlang.ScmError, match="E190"):
            scmlang.load(STROKES).query(text)
    with pytest.raises(scmlang.ScmError, match="E190"):
        TOY.query("P(X=1)", runs=tmp_path)
    with pytest.raises(TypeError, match="exact is for answers from equations"):
        TOY.query("P(X=1)", runs=tmp_path, exact=True)
    with pytest.raises(TypeError, match="method is for numbers"):
        scmlang.load(STROKES).query("do(S=ring)", method="sample")


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lambda model, path: model.train(path / "nowhere", runs=path), "E120"),
        (lambda model, path: model.train(path, "fast", runs=path), "E151"),
        (lambda model, path: model.query("do(S=ring)", runs=path), "E190"),
        (lambda model, path: model.query("do(S=ring)", run=path), "E191"),
        (lambda model, path: scmlang.load(path / "absent.scm"), "E001"),
    ],
)
def test_mistakes_raise_diagnostics_and_leave_nothing(tmp_path: Path, action, code: str) -> None:
    with pytest.raises(scmlang.ScmError) as error:
        action(scmlang.load(STROKES), tmp_path)
    assert error.value.diagnostics[0].code == code
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_not_there() -> None:
    with pytest.raises(AttributeError):
        _ = scmlang.nothing
    assert set(scmlang.__all__) <= set(dir(scmlang))
