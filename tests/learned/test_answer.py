"""Numbers asked of a run, and how they were had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import scmlang
from scmlang.answers import Answer, answer_exactly
from scmlang.compiler import Compilation, open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.learned.answer import answer_learned, asks_for_pictures
from scmlang.limits import limited
from scmlang.neural.fitted import fitted
from scmlang.sampled import Method
from scmlang.train.artefact import Artefact
from scmlang.train.runs import newest_run
from scmlang.train.session import start_run, train_run
from tests.cli.process import run_here
from tests.train.support import dataset_of, recipe

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def artefact(strokes: Path) -> Artefact:
    return open_artefact(newest_run(strokes / "runs"))


def run_of(text: str, folder: Path) -> Artefact:
    compilation = Compilation.from_text(text)
    run = start_run(folder, compilation.model, compilation.plan, recipe(), folder)
    train_run(run, compilation.plan, dataset_of(compilation.plan))
    return open_artefact(run)


def codes(artefact: Artefact, text: str, method: Method = Method.auto) -> list[str]:
    with pytest.raises(ScmError) as error:
        answer_learned(artefact, text, method, units=1000)
    return [d.code for d in error.value.diagnostics]


@pytest.mark.parametrize("text", ["P(K | do(S=ring))", "P(K[S=ring]=2 | S=cross, K=3)", "ETT(Z, K) * 2"])
def test_what_has_tables_is_summed(artefact: Artefact, text: str) -> None:
    """The exported model gives the same numbers, but it is not called exact: the tables were learned."""
    found = answer_learned(artefact, text)
    truth = answer_exactly(Compilation.from_text(fitted(artefact.model, "L").text).model, text)
    assert (found.value, found.table) == (truth.value, truth.table)
    assert (found.status, found.standard_error, found.units) == ("estimated", None, None)
    assert "variable elimination in the learned model" in found.method


def test_what_has_none_is_sampled_with_a_standard_error(artefact: Artefact) -> None:
    found = answer_learned(artefact, "P(K[S=ring]=2 | T=2.5, S=cross)", units=20_000, seed=3)
    truth = answer_exactly(
        Compilation.from_text(fitted(artefact.model, "L").text).model, "P(K[S=ring]=2 | S=cross)"
    )  # T tells nothing more of K, given S
    assert found.standard_error is not None
    assert float(found) == pytest.approx(float(truth), abs=5 * found.standard_error)
    assert (found.status, found.units, found.seed) == ("estimated", 20_000, 3)
    assert found.effective_sample_size is not None
    assert 2000 < found.effective_sample_size < 20_000  # S is evidence, and its cause Z is not


def test_both_methods_agree(artefact: Artefact) -> None:
    text = "P(K[S=ring]=2 | Z=plain, K=3)"
    summed, drawn = (answer_learned(artefact, text, method) for method in (Method.exact, Method.sample))
    assert drawn.standard_error is not None
    assert float(drawn) == pytest.approx(float(summed), abs=5 * drawn.standard_error)


def test_tables_too_long_for_a_text_are_sampled(artefact: Artefact) -> None:
    text = "P(K=2 | do(S=ring))"
    summed = answer_learned(artefact, text)
    with limited(tokens=50):
        found = answer_learned(artefact, text, units=5000)
        assert codes(artefact, text, Method.exact) == ["E221"]
    assert found.standard_error is not None
    assert float(found) == pytest.approx(float(summed), abs=5 * found.standard_error)


def test_an_answer_says_what_it_rests_on(artefact: Artefact) -> None:
    identification = {
        text: answer_learned(artefact, text, units=1000).identification
        for text in ("P(K | Z=plain)", "P(S | do(Z=plain))", "P(K | do(S=ring))")
    }
    assert [one.identifiable for one in identification.values() if one is not None] == [True, True, False]


def test_pictures_are_told_from_numbers(artefact: Artefact) -> None:
    texts = ["do(S=ring)", "I[S=ring] | I", "reshape", "P(K)", "ATE(Z, K)"]
    assert [asks_for_pictures(artefact, text) for text in texts] == [True, True, True, False, False]
    with pytest.raises(ValueError, match="pictures"):
        answer_learned(artefact, "do(S=ring)")


@pytest.mark.parametrize(
    ("text", "method", "code"),
    [
        ("E(T)", Method.exact, "E221"),
        ("P(S=ring | T > 1000)", Method.auto, "E280"),
        ("P(Q)", Method.auto, "E010"),
    ],
)
def test_mistakes_are_diagnostics(artefact: Artefact, text: str, method: Method, code: str) -> None:
    assert codes(artefact, text, method) == [code]


def test_a_mechanism_that_reads_the_image_says_nothing_without_one(tmp_path: Path) -> None:
    reading = "model N\nX: binary\nI: image(1, 8, 8)\nX -> I\nmechanism X: cnn(hidden=[4])\n"
    assert codes(run_of(reading, tmp_path), "P(X)") == ["E220"]


def test_an_intervention_on_a_run_without_an_image_is_a_table(tmp_path: Path) -> None:
    artefact = run_of("model M\nX, Y: binary\nA: real\nX -> Y\nX -> A\n", tmp_path)
    found = answer_learned(artefact, "do(X=1)", units=2000)
    assert [row[:2] for row in found.rows] == [("X", "0"), ("X", "1"), ("Y", "0"), ("Y", "1"), ("A", "mean")]
    assert [row[4] for row in found.rows[:2]] == [0, 1]


def test_the_command_and_the_api_ask_a_run_for_numbers(strokes: Path, capsys: Capture) -> None:
    run = strokes / "runs" / "Strokes" / "1"
    ask = ("query", "P(S=ring | T=2.5)", "--run", run, "-n", 2000, "--seed", 4)
    assert run_here(*ask, "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["units"], said["seed"]) == ("estimated", 2000, 4)
    assert said["standard_error"] > 0
    assert 100 < said["effective_sample_size"] <= 2000
    model = scmlang.load(Path(__file__).parents[2] / "examples" / "strokes" / "strokes.scm")
    found = model.query("P(S=ring | T=2.5)", run=run, units=2000, seed=4)
    assert isinstance(found, Answer)
    assert found.value == said["value"]
    with pytest.raises(TypeError, match="rational"):
        model.query("P(S=ring)", run=run, exact=True)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="pictures"):
        model.query("do(S=ring)", run=run, method="exact")
    assert run_here(*ask, "--exact") == 2
    capsys.readouterr()
    assert run_here("query", "do(S=ring)", "--run", run, "--format", "csv") == 2
    assert "no table" in capsys.readouterr().err
