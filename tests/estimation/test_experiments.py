"""Estimates from experiments: against interventions on enumerated units, on samples, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import scmlang
from scmlang.diagnostics.base import ScmError
from scmlang.diagram import Diagram
from scmlang.estimation.frequencies import Empirical
from scmlang.estimation.plug_in import plug_in
from scmlang.estimation.sample import Sample
from scmlang.estimation.sources import OBSERVED, Held, Sources, columns
from scmlang.exact.noise import draw_noise
from scmlang.exact.sampling import simulate
from scmlang.identify.estimand import evaluate, parse, simplify
from scmlang.identify.id import derive
from tests.cli.process import run_here
from tests.estimation.support import coin, levels
from tests.identify.random_models import sparse_diagram

Columns = dict[str, NDArray[np.int64]]
SURROGATE = "Z, X, Y: binary; Z -> X -> Y; Z <-> {X, Y}"
TRUTH = """\
exogenous U, V ~ bernoulli(0.5)
Z, X, Y: binary
Z ~ bernoulli(0.2 + 0.3 * U + 0.3 * V)
X ~ bernoulli(0.1 + 0.4 * Z + 0.4 * U)
Y ~ bernoulli(0.1 + 0.4 * X + 0.4 * V)
"""


class Units:
    """Every unit of a model once: two hidden values an arc, three of noise a variable, all of them alike."""

    def __init__(self, diagram: Diagram, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.diagram = diagram
        arcs = sorted(diagram.bidirected)
        shape = [2] * len(arcs) + [3] * len(diagram.nodes)
        cells = np.array(list(product(*map(range, shape))))
        self.count = len(cells)
        self.hidden = {arc: cells[:, i] for i, arc in enumerate(arcs)}
        self.noise = {name: cells[:, len(arcs) + i] for i, name in enumerate(diagram.nodes)}
        self.tables = {}
        for name in diagram.nodes:
            causes = len(diagram.parents(name)) + sum(name in arc for arc in arcs)
            rows = np.array([[0, 1, 0], [0, 1, 1], [1, 0, 1], [1, 0, 0]])
            self.tables[name] = rows[rng.integers(0, 4, (2,) * causes)]

    def under(self, do: Mapping[str, int]) -> Columns:
        """The values of all variables in each unit."""
        found: Columns = {}
        for name in self.diagram.topological_order:
            if name in do:
                found[name] = np.full(self.count, do[name])
                continue
            causes = [found[parent] for parent in sorted(self.diagram.parents(name))]
            causes += [self.hidden[arc] for arc in sorted(self.hidden) if name in arc]
            found[name] = self.tables[name][(*causes, self.noise[name])]
        return found

    def sample(self, held: Iterable[str]) -> Sample:
        """Every unit at every value of what is held."""
        names = sorted(held)
        arms = [self.under(dict(zip(names, v, strict=True))) for v in product((0, 1), repeat=len(names))]
        whole = {name: np.concatenate([arm[name] for arm in arms]) for name in self.diagram.nodes}
        return Sample(len(arms) * self.count, {name: levels(column) for name, column in whole.items()}, {})

    def effect(self, y: str, x: str, z: Sequence[str]) -> NDArray[np.float64]:
        """P(y | do(x), z) on axes for y, x and z, counted."""
        found = np.zeros((2,) * (2 + len(z)))
        for value in (0, 1):
            unit = self.under({x: value})
            np.add.at(found, (unit[y], unit[x], *(unit[name] for name in z)), 1)
        return np.asarray(found / found.sum(axis=0))


def test_on_every_unit_the_estimate_is_the_intervention() -> None:
    rng = random.Random(3)
    several = experimental = 0
    for seed in range(1000):
        diagram = sparse_diagram(rng, rng.randint(3, 4))
        if len(diagram.bidirected) > 3:
            continue
        y, x, *rest = rng.sample(diagram.nodes, len(diagram.nodes))
        z = rest[: rng.randint(0, 1)]
        held = [frozenset(rng.sample(diagram.nodes, rng.randint(1, 2))) for _ in range(2)]
        found = derive(diagram, [y], [x], z, held, explain=False).estimand
        if found is None or not any(columns(found)):
            continue
        units = Units(diagram, seed)
        truth = units.effect(y, x, z)
        for node in (found, simplify(found, diagram)):
            sources = Sources({names: units.sample(names) for names in columns(node)})
            table = evaluate(node, Empirical(sources, node))
            symbols = (y, x, *z, *(s for s in table.symbols if s not in {y, x, *z}))
            extra = table.array.ndim - sum(s in table.symbols for s in (y, x, *z))
            wanted = truth.reshape(*truth.shape, *(1,) * extra)
            np.testing.assert_allclose(table.on(symbols) - wanted, 0, atol=1e-12)
        several += len(columns(found)) > 1
        experimental += 1
    assert experimental > 30
    assert several > 5


def drawn(rows: int, seed: int, *held: str, text: str = TRUTH) -> dict[str, list[int]]:
    """Rows of a model, with coins for what is held."""
    model = scmlang.loads(text).compilation.model
    rng = np.random.default_rng(seed)
    do = {name: coin(rng, 0.5, rows) for name in held}
    found = simulate(model, draw_noise(model, rows, seed), do)
    return {variable.name: found[variable.name].tolist() for variable in model.observed}


def test_samples_tell_what_the_model_says() -> None:
    found = scmlang.loads(SURROGATE).estimate("ATE(X, Y)", experiments={"do(Z)": drawn(40_000, 1, "Z")})
    assert found.estimand == "E(Y | do(Z), X=1) - E(Y | do(Z), X=0)"
    assert found.identified == "gID"
    assert abs(float(found) - 0.4) < 4 * found.standard_error < 0.05
    assert "40000 rows under do(Z)" in found.method
    (note,) = found.notes
    assert note.startswith("any value of Z gives the same")


@pytest.mark.parametrize(
    ("diagram", "query", "estimand"),
    [
        ("Z -> {X, Y}; X -> Y", "P(Y=1 | do(X=1))", "P(Y=1 | do(X=1))"),
        ("X -> Z -> Y; X <-> Y", "P(Y=1 | do(X=1))", "P(Y=1 | do(X=1))"),
        ("X -> Y; X -> Z", "P(Y=1 | do(X=1), Z=0)", "P(Y=1 | do(X=1))"),
        ("Z -> {X, Y}; X -> Y", "P(Y[X=1, Z[X=1]]=1)", "P(Y=1 | do(X=1))"),
    ],
)
def test_a_trial_alone_needs_no_criterion_of_observation(diagram: str, query: str, estimand: str) -> None:
    """Back door and front door, which the diagrams have, speak of P(V), and there is none."""
    trial = {"X": [1] * 4 + [0] * 4, "Y": [1, 1, 1, 0] * 2, "Z": [0, 1] * 4}
    model = scmlang.loads(f"X, Y, Z: binary; {diagram}")
    found = model.estimate(query, experiments={"do(X)": trial})
    assert found.estimand == estimand
    assert found.value == pytest.approx(0.75)
    both = model.estimate(query, trial, experiments={"do(X)": trial})
    assert both.notes[-1].startswith(("the table of do(X) is not", "the observations are not"))


def test_a_nested_counterfactual_from_an_experiment() -> None:
    truth = scmlang.loads(
        "exogenous U ~ bernoulli(0.5); X, Y, W, Z: binary; X ~ bernoulli(0.2 + 0.6 * U);"
        "Y ~ bernoulli(0.1 + 0.3 * X + 0.5 * U); W ~ bernoulli(0.3 + 0.4 * X);"
        "Z ~ bernoulli(0.1 + 0.3 * Y + 0.5 * W)"
    )
    query = "P(Z[X=1, W[X=0]]=1)"
    model = scmlang.loads("X, Y, W, Z: binary; X -> {Y, W}; {Y, W} -> Z; X <-> Y")
    text = truth.compilation.source.text
    data, trial = drawn(40_000, 2, text=text), drawn(20_000, 3, "X", text=text)
    found = model.estimate(query, data, experiments={"do(X)": trial})
    assert found.estimand is not None
    assert "do(X" in found.estimand
    assert "20000 rows under do(X)" in found.method
    assert abs(float(found) - truth.query(query).value) < 4 * found.standard_error < 0.05


def test_arms_are_drawn_again_within_themselves() -> None:
    """The standard error of a share in an arm of n rows is that of n rows, however small the arm."""
    z = np.array([1] * 10 + [0] * 990)
    y = np.array([1, 0] * 500)
    sources = Sources({Held({"Z"}): Sample(1000, {"Z": levels(z), "Y": levels(y)}, {})})
    found = plug_in(parse("P(Y=1 | do(Z=1))"), sources, resamples=4000)
    assert found.value.item() == 0.5
    assert found.notes == ()
    assert found.standard_error.item() == pytest.approx(np.sqrt(0.25 / 10), rel=0.05)


def test_every_table_is_drawn_again_by_itself() -> None:
    """The variance of a difference between two tables is the sum of those of both."""
    y = np.array([1, 0, 0, 0] * 25)
    seen = Sample(100, {"Y": levels(y)}, {})
    trial = Sample(100, {"Y": levels(y), "Z": levels(np.ones(100, np.int64))}, {})
    sources = Sources({OBSERVED: seen, Held({"Z"}): trial})
    found = plug_in(parse("P(Y=1 | do(Z=1)) - P(Y=1)"), sources, resamples=4000)
    assert found.value.item() == 0
    assert found.standard_error.item() == pytest.approx(np.sqrt(2 * 0.25 * 0.75 / 100), rel=0.05)
    assert found.method.startswith("plug-in frequencies of 100 observed rows and 100 rows under do(Z)")


@pytest.mark.slow
def test_intervals_cover_what_they_should() -> None:
    node = parse("E(Y | do(Z=1), X=1) - E(Y | do(Z=1), X=0)")
    whole = drawn(400 * 200, 5, "Z")
    inside = 0
    for i in range(200):
        part = {name: levels(column[i * 400 : (i + 1) * 400]) for name, column in whole.items()}
        found = plug_in(node, Sources({Held({"Z"}): Sample(400, part, {})}), resamples=300, level=0.9, seed=i)
        inside += found.lower.item() <= 0.4 <= found.upper.item()
    assert 0.84 <= inside / 200 <= 0.96


def test_levels_of_bare_diagrams_are_those_of_all_tables() -> None:
    model = scmlang.loads("X -> Y; X <-> Y")
    trial = {"X": ["a", "b"] * 50, "Y": [0, 2] * 50}
    data = {"X": ["a", "c"] * 50, "Y": [1, 0, 2, 0] * 25}
    found = model.estimate("P(Y=2 | do(X=b)) - P(Y=1)", data, experiments={"do(X)": trial})
    assert found.value == pytest.approx(1 - 0.25)
    with pytest.raises(ScmError, match="E333") as caught:
        model.estimate("P(Y=2 | do(X=c)) - P(X=c)", data, experiments={"do(X)": trial})
    assert "for do(X=c) in `<data>`" in caught.value.diagnostics[0].helps[0]


def test_smoothing_fills_an_arm() -> None:
    model = scmlang.loads("X, Y: binary; X -> Y; X <-> Y")
    trial = {"X": [1] * 4, "Y": [1, 1, 1, 0]}
    found = model.estimate("P(Y=1 | do(X))", experiments={"do(X)": trial}, smoothing=0.5)
    assert [row[1] for row in found.rows] == pytest.approx([0.5, 3.5 / 5])


def test_tables_that_no_factor_needs_are_told() -> None:
    data, trial = drawn(200, 1), drawn(200, 2, "Z")
    found = scmlang.loads(SURROGATE).estimate("P(Y=1)", data, experiments={"do(Z)": trial})
    assert found.notes == ("the table of do(Z) is not needed: no factor of the estimand is read from it",)
    assert float(found) == pytest.approx(np.mean(data["Y"]))
    found = scmlang.loads(SURROGATE).estimate("P(Y=1 | do(Z=1))", data, experiments={"do(Z)": trial})
    assert found.notes[-1].startswith("the observations are not needed")


@pytest.mark.parametrize(
    ("query", "experiments", "code", "words"),
    [
        ("P(Y=1)", {"do(Z)": "Z,X,Y\n0,0,0\n1,1,1\n"}, "E340", "needs observations"),
        ("P(Y=1 | do(Z=1))", {"do(Z)": "Z,Y\n0,0\n", "do( Z )": "Z,Y\n1,0\n"}, "E341", "two tables"),
        ("P(Y=1 | do(Z=1))", {"do(Z)": "X,Y\n0,0\n"}, "E123", "trial0.csv:1"),
        ("P(Y=1 | do(Z=1))", {"do(Z)": "Z,Y\n0,0\n2,0\n"}, "E125", "trial0.csv:3:1"),
        ("P(Y=1 | do(Z=1))", {"do(Z)": "Z,Y\n"}, "E336", "no rows"),
        ("P(Y=1 | do(Z=1))", {"do(Z)": "Z,Y\n0,0\n0,1\n"}, "E333", "for do(Z=1) in"),
        ("P(Y=1 | do(Z=1))", {"do(Q)": "Q,Y\n0,0\n"}, "E010", "<experiment>:1:4"),
        ("P(Y=1 | do(Z=1))", {"do(Z=1)": "Z,Y\n0,0\n"}, "E320", "<experiment>:1:4"),
    ],
)
def test_what_is_refused(
    query: str,
    experiments: dict[str, str],
    code: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = []
    for i, (held, text) in enumerate(experiments.items()):
        path = tmp_path / f"trial{i}.csv"
        path.write_text(text, encoding="utf-8")
        options += ["--given-experiments", f"{held}={path}"]
    assert run_here("estimate", "--model", SURROGATE, query, *options) == 1
    report = capsys.readouterr().err
    assert f"error[{code}]" in report
    assert words in report


def test_there_is_no_doubly_robust_estimator_from_experiments() -> None:
    with pytest.raises(ScmError, match="E335"):
        scmlang.loads(SURROGATE).estimate(
            "ATE(X, Y)", experiments={"do(Z)": drawn(100, 1, "Z")}, method="doubly-robust"
        )


def test_usage(tmp_path: Path) -> None:
    ask = ("estimate", "--model", SURROGATE, "ATE(X, Y)")
    assert run_here(*ask) == 2
    assert run_here(*ask, "--given-experiments", "do(Z)") == 2
    assert run_here("estimate", "ATE(X, Y)", "--run", tmp_path, "--given-experiments", "do(Z)=a.csv") == 2
    with pytest.raises(TypeError, match="experiments"):
        scmlang.loads(SURROGATE).estimate("ATE(X, Y)")
