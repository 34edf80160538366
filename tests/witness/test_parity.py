"""Sums modulo 2 prove every hedge, whatever its size, with conditions and without."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from scmlang.compiler import Compilation
from scmlang.diagram.diagram import Diagram
from scmlang.exact.engine import answer
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import identify
from scmlang.pairs.question import questions
from scmlang.semantics.queries import Edit, Intervention, read_query
from scmlang.witness import witness_of
from scmlang.witness.parity import parity
from scmlang.witness.proof import proved
from tests.identify.random_models import sparse_diagram
from tests.witness.test_witness import verify


def text_of(diagram: Diagram) -> str:
    edges = [f"{a} -> {b}" for a, b in sorted(diagram.directed)]
    edges += [f"{a} <-> {b}" for a, b in sorted(diagram.bidirected)]
    return "\n".join([f"{{{', '.join(diagram.nodes)}}}", *edges])


def values(chance: Random, names: list[str]) -> str:
    return ", ".join(f"{name}={chance.randint(0, 1)}" for name in names)


def claimed(diagram: Diagram, query: str, hedge: Hedge) -> tuple[str, str]:
    model = Compilation.from_text(text_of(diagram)).model
    quantity = read_query(query, model)
    assert not isinstance(quantity, Intervention | Edit)
    claim = parity(diagram, hedge, next(questions(quantity, model.variables)))
    assert claim is not None
    return proved(claim, diagram, query)


@pytest.mark.parametrize("conditional", [False, True])
def test_random_refusals(conditional: bool) -> None:
    chance = Random(7 + conditional)
    seen = 0
    while seen < 12:
        diagram = sparse_diagram(chance, chance.randint(4, 6))
        names = chance.sample(diagram.nodes, len(diagram.nodes))
        y, x, z = names[:1], names[1 : chance.randint(2, 3)], names[3:4] if conditional else []
        hedge = identify(diagram, y, x, z)
        if isinstance(hedge, Hedge):
            seen += 1
            given = f", {values(chance, z)}" if z else ""
            query = f"P({values(chance, y)} | do({values(chance, x)}){given})"
            assert verify(diagram, query, claimed(diagram, query, hedge))


def test_a_node_of_the_hedge_on_the_way_to_the_outcome_has_two_bits() -> None:
    edges = [("X", "R"), ("R", "W"), ("W", "I"), ("W", "Y"), ("I", "Y")]
    diagram = Diagram.of("XRWIY", edges, [("R", "I"), ("X", "R"), ("X", "W")])
    query = "P(Y=1 | do(X=1))"
    hedge = identify(diagram, ["Y"], ["X"])
    assert isinstance(hedge, Hedge)
    assert verify(diagram, query, claimed(diagram, query, hedge))


def test_a_hedge_of_forty_nodes_in_a_larger_diagram() -> None:
    names = [f"V{i}" for i in range(40)]
    arrows = [*pairwise(names), ("V39", "Y"), *((f"B{i}", "Y") for i in range(40))]
    arcs = [("V0", "V39"), *zip(names[::2], names[1::2], strict=True)]
    arcs += [(names[i], names[39 - i]) for i in range(1, 20)]
    arcs += [(names[i], names[i + 1]) for i in range(1, 20, 2)]
    diagram = Diagram.of([*names, *(f"B{i}" for i in range(40)), "Y"], arrows, arcs)
    hedge = identify(diagram, ["Y"], ["V1"])
    assert isinstance(hedge, Hedge)
    query = "P(Y=1 | do(V1=0))"
    first, second = (
        Compilation.from_text(text).model
        for text in witness_of(Compilation.from_text(text_of(diagram)), query)
    )
    shares = {answer(m, read_query(query, m), exact=True).value for m in (first, second)}
    assert len(shares) == 2
    for model in (first, second):
        assert set(model.edges) <= diagram.directed
        assert set(model.confounded) <= diagram.bidirected
