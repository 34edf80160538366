"""``scmlang identify`` and ``scmlang adjust``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import scmlang
from scmlang.diagnostics.base import ScmError
from tests.cli.process import run_here

FRONT_DOOR = "X -> Z -> Y; X <-> Y"
BOW = "Z -> X -> Y; X <-> Y"
CONFOUNDED = "A -> {X, Z}; B -> {Z, Y}; Z -> {X, Y}; X -> Y"


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit status."""

    status: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def done(*words: object) -> Done:
        return Done(run_here(*words), *capsys.readouterr())

    return done


def test_a_formula(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.scm"
    path.write_text("X -> Z -> Y; X <-> Y\nquery effect = P(Y | do(X))\n", encoding="utf-8")
    for query in ("P(Y | do(X))", "effect"):
        done = run("identify", str(path), query)
        assert done.status == 0, done.stderr
        formula = "P(Y | do(X)) = Σ_{Z} P(Z | X) Σ_{X'} P(Y | X', Z) P(X')"
        assert done.stdout.splitlines() == [formula, "identifiable, by the front-door criterion"]


def test_a_refusal_is_an_answer_and_is_drawn(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "hedge.svg"
    done = run("identify", "--model", BOW, "P(Y | do(X))", "--explain", "--svg", str(picture))
    assert done.status == 0, done.stderr
    first, second, note, *steps = done.stdout.splitlines()
    assert first == "P(Y | do(X))"
    assert second == "not identifiable, by ID: there is the hedge {X, Y} around {Y}"
    assert note.startswith("note: `Z` is an instrument")
    assert steps[-1].startswith("2. Q{Y}: ID, line 5")
    svg = picture.read_text(encoding="utf-8")
    assert "outer forest of the hedge: X, Y." in svg
    assert "inner forest of the hedge: Y." in svg


def test_an_experiment(run: Run) -> None:
    done = run("identify", "--model", BOW, "P(Y | do(X))", "--given-experiments", "do(X)", "--format", "json")
    found = json.loads(done.stdout)
    assert found["schema"] == 1
    assert found["query"] == "P(Y | do(X))"
    assert found["identifiable"] is True
    assert found["method"] == "gID"
    assert found["estimand"] == "P(Y | do(X))"
    assert found["estimand_latex"] == r"P(Y \mid \operatorname{do}(X))"
    assert found["witness"] is None


def test_latex(run: Run) -> None:
    done = run("identify", "--model", "Z -> {X, Y}; X -> Y", "P(Y | do(X))", "--format", "latex")
    assert done.stdout == "\\sum_{Z} P(Y \\mid X, Z) P(Z)\n"


def test_from_python() -> None:
    model = scmlang.loads(BOW)
    found = model.identify("P(Y | do(X))")
    assert found.identifiable is False
    assert found.to_json()["witness"]["kind"] == "hedge"
    assert model.identify("P(Y | do(X))", experiments="do(X)").identifiable
    assert model.identify("do(Z=1)").identifiable


@pytest.mark.parametrize(
    ("experiment", "code"),
    [("P(X)", "E320"), ("do(X=1)", "E320"), ("do(Q)", "E010"), ("do(U)", "E322"), ("do(", "E006")],
)
def test_mistaken_experiments(experiment: str, code: str) -> None:
    model = scmlang.loads("X -> Y; latent U; U -> {X, Y}")
    with pytest.raises(ScmError) as caught:
        model.identify("P(Y | do(X))", experiments=[experiment])
    assert [d.code for d in caught.value.diagnostics] == [code]


def test_adjustment_sets(run: Run) -> None:
    done = run("adjust", "--model", CONFOUNDED, "X", "Y")
    assert done.status == 0, done.stderr
    last = "2 minimal adjustment sets for the effect of X on Y"
    assert done.stdout.splitlines() == ["{A, Z}", "{B, Z}", last]
    every = json.loads(run("adjust", "--model", CONFOUNDED, "X", "Y", "--all", "--format", "json").stdout)
    assert every["sets"] == [["A", "Z"], ["B", "Z"], ["A", "B", "Z"]]
    assert every["canonical"] == ["A", "B", "Z"]
    assert every["complete"] is True
    assert every["estimand"] == "Σ_{A, Z} P(Y | X, A, Z) P(A, Z)"
    assert every["open_path"] is None


def test_names_stand_with_spaces_or_without(run: Run) -> None:
    diagram = "C -> {X1, X2, Y}; X1 -> X2 -> Y; X1 -> Y"
    one, other = (run("adjust", "--model", diagram, causes, "Y") for causes in ("X1,X2", "X1, X2"))
    assert one == other
    assert one.stdout.splitlines()[0] == "{C}"


def test_a_name_that_is_missing_is_usage(run: Run) -> None:
    for causes in ("X,", ",", ""):
        assert run("adjust", "--model", FRONT_DOOR, causes, "Y").status == 2


def test_fewer_adjustment_sets(run: Run) -> None:
    done = run("adjust", "--model", CONFOUNDED, "X", "Y", "--most", "1")
    last = "the first 1 minimal adjustment set for the effect of X on Y; --most N shows more"
    assert done.stdout.splitlines() == ["{A, Z}", last]
    done = run("adjust", "--model", CONFOUNDED, "X", "Y", "--forbid", "A", "--require", "B")
    assert done.stdout.splitlines()[0] == "{B, Z}"


def test_no_adjustment_set(run: Run) -> None:
    done = run("adjust", "--model", FRONT_DOOR, "X", "Y")
    assert done.status == 0
    assert done.stdout == (
        "no set of observed variables adjusts for the effect of X on Y: X <-> Y stays open\n"
    )
    done = run("adjust", "--model", "X -> Z -> Y", "X", "Y", "--require", "Z")
    assert done.stdout.endswith("Z must not be adjusted for\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["X", "Q"], "E010"),
        (["X", "X"], "E321"),
        (["X", "Y", "--require", "X"], "E321"),
        (["X", "Y", "--require", "Z", "--forbid", "Z"], "E321"),
        (["X", "U"], "E322"),
    ],
)
def test_mistaken_variables(run: Run, words: list[str], code: str) -> None:
    done = run("adjust", "--model", "X -> Z -> Y; latent U; U -> {X, Y}", *words)
    assert done.status == 1
    assert f"error[{code}]" in done.stderr


@pytest.mark.parametrize("words", [["identify", "P(Y)"], ["adjust", "m.scm", "X"], ["identify"]])
def test_usage(run: Run, words: list[str]) -> None:
    assert run(*words).status == 2


BINARY = "X, Y: binary\nX -> Y"


@pytest.mark.parametrize("words", [["--monotone", "X -> Y"], []])
def test_what_is_monotone_may_identify(run: Run, words: list[str]) -> None:
    """PNS is P(Y=1 | X=1) - P(Y=1 | X=0) where Y never falls as X rises (Tian and Pearl, 2000)."""
    text = BINARY if words else f"{BINARY}; monotone X -> Y"
    done = run("identify", "--model", text, "PNS(X, Y)", *words)
    assert done.stdout == (
        "PNS(X, Y) = P(Y=1 | X=1) - P(Y=1 | X=0)\n"
        "identifiable, by monotonicity + back-door\n"
        "note: it is identifiable because `X -> Y` is monotone, not in general\n"
    )
    confounded = run("identify", "--model", f"{text}; X <-> Y", "PNS(X, Y)", *words)
    assert "not identifiable, by ID*" in confounded.stdout
    assert "two models, with what is declared monotone, agree on all data" in confounded.stdout
    assert "not identifiable, by ID*" in run("identify", "--model", BINARY, "PNS(X, Y)").stdout


def test_nested_responses_are_compared(run: Run) -> None:
    """It is P(Y[X=1, M[X=0]]=1) - P(Y[X=0]=1)."""
    text = "X, M, Y: binary; X -> M -> Y; X -> Y; monotone X -> {M, Y}; monotone M -> Y"
    done = run("identify", "--model", text, "P(Y[X=1, M[X=0]]=1, Y[X=0]=0)")
    assert "identifiable, by monotonicity" in done.stdout


def test_the_witness_is_monotone(run: Run, tmp_path: Path) -> None:
    bow = ("--model", f"{BINARY}; X <-> Y", "PNS(X, Y)", "--monotone", "X -> Y")
    assert run("identify", *bow, "--witness", str(tmp_path)).status == 0
    for text in ("model1.scm", "model2.scm"):
        assert "monotone X -> Y" in (tmp_path / text).read_text()


def test_a_monotone_arrow_that_is_not_there(run: Run) -> None:
    for arrow in ("Y -> X", "X"):
        done = run("identify", "--model", BINARY, "PNS(X, Y)", "--monotone", arrow)
        assert done.status == 1
        assert "error[E355]" in done.stderr


def test_without_observation(run: Run) -> None:
    """By the back door it takes P(Z), which no experiment on Z shows; the surrogate's formula takes none."""
    back_door, surrogate = "Z -> {X, Y}; X -> Y", "Z -> X -> Y; Z <-> {X, Y}"
    effect, trial = ("P(Y | do(X))", "--no-observation"), ("--given-experiments", "do(Z)")
    alone = run("identify", "--model", back_door, *effect)
    assert alone.status == 1
    assert "error[E323]" in alone.stderr
    assert "not identifiable, by gID" in run("identify", "--model", back_door, *effect, *trial).stdout
    done = run("identify", "--model", surrogate, *effect, *trial).stdout
    assert done.startswith("P(Y | do(X)) = P(Y | do(Z), X)\nidentifiable, by gID")
    model = scmlang.loads(back_door)
    assert model.identify("P(Y | do(X))", experiments="do(Z)").method == "back-door"
    assert model.identify("P(Y | do(X))", experiments="do(Z)", observed=False).identifiable is False


def test_monotone_without_observation(run: Run) -> None:
    """PN needs P(X, Y), which an experiment on X does not give; PNS does not."""
    bow = ("--model", "X, Y: binary; X -> Y; X <-> Y", "--given-experiments", "do(X)", "--monotone", "X -> Y")
    for query, seen, blind in (("PNS(X, Y)", True, True), ("PN(X, Y)", True, False)):
        for observation, verdict in (("--observation", seen), ("--no-observation", blind)):
            done = run("identify", *bow, query, observation, "--format", "json")
            assert (json.loads(done.stdout)["identifiable"] is True) == verdict
