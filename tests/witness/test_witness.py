"""Two models for each refusal, whose own assertions the exact engine decides."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.diagram.claims import Verdict
from scmlang.diagram.diagram import Diagram
from scmlang.exact.engine import answer
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import identify
from scmlang.pairs.directions import null_space
from scmlang.semantics.quantities import Counterfactual, Held, Probability
from scmlang.semantics.queries import read_query
from scmlang.witness import witness, witness_of
from tests.cli.process import run_here

EFFECT = "P(Y=1 | do(X=1))"


def diagrams(names: str) -> Iterator[Diagram]:
    """Every acyclic directed mixed graph."""
    pairs = list(combinations(names, 2))
    for arrows in product((None, 0, 1), repeat=len(pairs)):
        arcs = [pair[:: 1 if way else -1] for pair, way in zip(pairs, arrows, strict=True) if way is not None]
        try:
            Diagram.of(names, arcs)
        except ValueError:
            continue
        for chosen in product((0, 1), repeat=len(pairs)):
            yield Diagram.of(names, arcs, [p for p, there in zip(pairs, chosen, strict=True) if there])


def joint(compilation: Compilation, held: tuple[str, ...] = ()) -> list[Fraction]:
    """Every probability of the observed variables under an intervention, exactly."""
    world = tuple(Held(name, None) for name in held)
    free = [v.name for v in compilation.model.observed if v.name not in held]
    asked = Probability(tuple(Counterfactual(name, world) for name in free))
    return list(answer(compilation.model, asked, exact=True).array.flat)


def verify(diagram: Diagram, query: str, texts: tuple[str, str], *held: tuple[str, ...]) -> bool:
    """Both are models of the diagram, agree on all data, differ in the query, and say so truly.

    Whether all that is observed has a positive probability is returned.
    """
    first, second = (Compilation.from_text(text) for text in texts)
    for one in (first, second):
        assert {v.name for v in one.model.observed} == set(diagram.nodes)
        assert set(one.model.edges) <= diagram.directed
        assert set(one.model.confounded) <= diagram.bidirected
        assert one.decisions
        assert {decision.verdict for decision in one.decisions} == {Verdict.HOLDS}
    for sources in ((), *held):
        assert joint(first, sources) == joint(second, sources)
    values = {
        str(answer(one.model, read_query(query, one.model), exact=True).value) for one in (first, second)
    }
    assert len(values) == 2
    return min(joint(first)) > 0


def refused(graphs: list[Diagram]) -> list[Diagram]:
    return [graph for graph in graphs if isinstance(identify(graph, ["Y"], ["X"]), Hedge)]


def check(graphs: list[Diagram], names: str) -> None:
    bare = Compilation.from_text("; ".join(f"{a} <-> {b}" for a, b in combinations(names, 2)))
    asked = read_query(EFFECT, bare.model)
    for graph in graphs:
        assert verify(graph, EFFECT, witness(graph, asked, bare.model.variables))


def test_every_refusal_on_three_nodes() -> None:
    graphs = refused(list(diagrams("XYZ")))
    assert len(graphs) == 42
    check(graphs, "XYZ")


@pytest.mark.slow
def test_a_sample_of_refusals_on_four_nodes() -> None:
    graphs = refused(Random(0).sample(list(diagrams("XYZW")), 60))
    assert len(graphs) > 10
    check(graphs, "XYZW")


@pytest.mark.parametrize(
    ("model", "query", "experiments"),
    [
        ("X -> Y", "PNS(X, Y)", []),
        ("X -> Y; X <-> Y", "ETT(X, Y)", []),
        ("X -> Y; X <-> Y", "PN(X, Y)", ["X"]),
        ("X -> Y; X <-> Y", "P(Y[X=1]=1 | X=0, Y=0)", ["X"]),
        ("Z -> X -> Y; X <-> Y", "ATE(X, Y)", ["Z"]),
        ("X -> Z -> Y; X -> Y; Z <-> Y", "NDE(X, Y)", []),
        ("Z -> X -> Y; X <-> Z <-> Y", EFFECT, []),
        ("W -> Y; X -> Y; Z -> X; X <-> Z <-> W <-> Y", EFFECT, []),
        ("X -> A -> Y; X <-> A; Z -> Y", "P(Y=1 | do(X=1), Z=1)", []),
    ],
)
def test_counterfactuals_conditions_and_experiments(model: str, query: str, experiments: list[str]) -> None:
    compilation = Compilation.from_text(model)
    texts = witness_of(compilation, query, [f"do({name})" for name in experiments])
    assert verify(compilation.diagram, query, texts, *((name,) for name in experiments))


def test_values_that_are_neither_0_nor_1_are_said() -> None:
    text, _ = witness_of(Compilation.from_text("X -> Y; X <-> Y"), "P(Y=green | do(X=7))")
    assert "# X has two levels here: 7 is written 1." in text
    assert "# Y has two levels here: green is written 1." in text


@pytest.mark.parametrize(("model", "query"), [("X -> Y", "P(Y | do(X))"), ("X -> Y; X <-> Y", "do(X=1)")])
def test_what_has_no_witness_is_refused(model: str, query: str) -> None:
    with pytest.raises(ScmError) as caught:
        witness_of(Compilation.from_text(model), query)
    assert [d.code for d in caught.value.diagnostics] == ["E356"]


def test_the_command_writes_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--model", "X -> Y; X <-> Y", "P(Y | do(X))", "--witness", tmp_path)
    assert run_here("identify", *arguments) == 0
    capsys.readouterr()
    files = [tmp_path / "model1.scm", tmp_path / "model2.scm"]
    assert run_here("test", *files) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "10 holds, 0 fails, 0 undecided"


def test_a_null_space_is_one() -> None:
    rows = [[1, 2, 3, 0], [2, 4, 6, 0], [0, 1, 1, 5]]
    basis = list(null_space(rows))
    assert len(basis) == 2
    for vector in basis:
        assert any(vector)
        assert all(sum(a * b for a, b in zip(row, vector, strict=True)) == 0 for row in rows)
