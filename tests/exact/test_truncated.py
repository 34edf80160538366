"""Queries of one world on written tables, held against the sum over all units and rational answers."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.exact.shapes import shape
from scmlang.exact.tables import Tables
from scmlang.exact.truncated import Truncated, truncated
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import counterfactuals
from tests.exact.oracle import Oracle
from tests.exact.systems import probability


def written(seed: int) -> tuple[CausalModel, dict[str, int], Random]:
    """A model of tables over variables of two or three levels, which name their parents in any order."""
    chance = Random(seed)
    sizes = {name: chance.choice([2, 2, 3]) for name in "ABCD"[: chance.randint(2, 4)]}
    lines = [f"{name}: 0..{size - 1}" for name, size in sizes.items()]
    known: list[str] = []
    for name, size in sizes.items():
        parents = chance.sample(known, min(chance.randint(0, 2), len(known)))
        rows = (
            [""]
            if not parents
            else [", ".join(map(str, at)) for at in np.ndindex(*[sizes[p] for p in parents])]
        )
        cells = [
            f"({row}): [{', '.join(str(chance.randint(1, 5)) + '/20' for _ in range(size - 1))}"
            for row in rows
        ]
        shares = [sum(int(part.split("/")[0]) for part in cell.split("[")[1].split(", ")) for cell in cells]
        rest = [f"{cell}, {20 - share}/20]" for cell, share in zip(cells, shares, strict=True)]
        if parents:
            lines.append(f"{name} ~ table({', '.join(parents)}) {{ {' '.join(rest)} }}")
        elif size == 2:
            lines.append(f"{name} ~ bernoulli(0.{chance.randint(1, 9)})")
        else:
            lines.append(f"{name} ~ categorical({rest[0].split('[')[1][:-1]})")
        known.append(name)
    return Compilation.from_text("\n".join(lines) + "\n").model, sizes, chance


def network(text: str, model: CausalModel, cells: int = 1 << 20) -> Truncated | None:
    form = shape(probability(text, model), model, settings=True)
    return truncated(dict.fromkeys(counterfactuals(form.term)), form.settings, Tables(model), cells)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_one_world_of_tables_is_every_unit_summed_and_the_rational_answer(seed: int) -> None:
    model, sizes, chance = written(seed)
    oracle = Oracle(model)
    for _ in range(3):
        x, y = chance.sample(list(sizes), 2)
        z = chance.choice(list(sizes))
        at = {name: chance.randrange(sizes[name]) for name in (x, y)}
        text = f"P({y}={at[y]} | do({x}={at[x]}), {z}={at[x] if z == x else 0})"
        asked = probability(text, model)
        expected = oracle.value(asked) if oracle.mass(asked.given) > 1e-12 else None
        if expected is None:
            continue
        found = answer(model, asked)
        assert found.value == pytest.approx(expected, abs=1e-12)
        assert found.value == pytest.approx(float(answer(model, asked, exact=True).value), abs=1e-12)


_LINE = """
A, B: binary
C: 0..2
D: binary
A ~ bernoulli(0.3)
B ~ table(A) { (0): [0.9, 0.1] (1): [0.2, 0.8] }
C ~ table(B, A) { (0, 0): [0.1, 0.2, 0.7] (0, 1): [0.3, 0.3, 0.4] (1, 0): [0.5, 0.2, 0.3]
  (1, 1): [0, 0.5, 0.5] }
"""


@pytest.mark.parametrize(
    ("last", "text", "there"),
    [
        ("D ~ bernoulli(0.5)", "P(C=1 | do(B=1))", True),
        ("D ~ bernoulli(0.5)", "P(C=1, A=0)", True),
        ("D ~ bernoulli(0.5)", "P(C=1 | do(B=1, A=0), B=1)", True),
        ("D := 1 - A", "P(C=1 | do(B=1))", True),  # D is not asked about
        ("D := 1 - A", "P(D=1 | do(A=1))", False),
        ("D ~ bernoulli(0.5)", "P(C[B=1]=1 | B=0)", False),
        ("D ~ bernoulli(0.5)", "P(C[B=1, A[B=0]]=1)", False),
    ],
)
def test_it_is_of_one_world_whose_ancestors_are_written(last: str, text: str, there: bool) -> None:
    model = Compilation.from_text(_LINE + last).model
    assert (network(text, model) is not None) is there


def test_it_has_the_ancestors_in_the_cut_diagram_alone() -> None:
    model = Compilation.from_text(_LINE + "D ~ table(C) { (0): [1, 0] (1): [0, 1] (2): [0, 1] }").model
    found = network("P(D=1 | do(C=1))", model)
    assert found is not None
    assert [found.called(node) for node in range(len(found.nodes))] == ["1", "D[C=1]"]
    assert len(found.factors) == 1


def test_messages_name_its_variables_as_those_of_parallel_worlds() -> None:
    model = Compilation.from_text(_LINE + "D ~ bernoulli(0.5)").model
    with pytest.raises(ScmError) as error:
        answer(model, probability("P(C, A, B=1 | do(B=1), D)", model), cells=4)
    assert error.value.diagnostics[0].code == "E261"
    found = network("P(C=1, A=0 | do(B=1))", model)
    assert found is not None
    assert {found.called(node) for node in range(len(found.nodes))} == {"1", "A", "C[B=1]"}
    assert network("P(C=1, A=0 | do(B=1))", model, cells=4) is None  # the other network says which table


def test_a_copy_of_fewer_values_than_its_domain_leaves_the_rows_of_these() -> None:
    """A has three levels, of which B gives two: the table of Y is not over B."""
    text = """
B: binary
A, Y: 0..2
B ~ bernoulli(0.5)
A := B
Y ~ table(A) { (0): [0.2, 0.3, 0.5] (1): [0.1, 0.1, 0.8] (2): [1, 0, 0] }
"""
    model = Compilation.from_text(text).model
    np.testing.assert_allclose(answer(model, probability("P(Y)", model)).array, [0.15, 0.2, 0.65], atol=1e-12)
    np.testing.assert_allclose(
        answer(model, probability("P(Y | do(A=2))", model)).array, [1, 0, 0], atol=1e-12
    )


def test_many_children_and_many_nodes_are_one_sum() -> None:
    """Sixty readings of one cause, more than one step multiplies at once, and more nodes than letters."""
    lines = [", ".join(["Z", *(f"X{i}" for i in range(60))]) + ": binary", "Z ~ bernoulli(0.5)"]
    lines += [f"X{i} ~ table(Z) {{ (0): [0.5, 0.5] (1): [0.4, 0.6] }}" for i in range(60)]
    model = Compilation.from_text("\n".join(lines)).model
    seen = ", ".join(f"X{i}=1" for i in range(60))
    odds = 1.2**60
    found = answer(model, probability(f"P(Z=1 | {seen})", model)).value
    assert found == pytest.approx(odds / (1 + odds), rel=1e-12)
    chain = [", ".join(f"V{i}" for i in range(120)) + ": binary", "V0 ~ bernoulli(0.3)"]
    chain += [f"V{i} ~ table(V{i - 1}) {{ (0): [0.9, 0.1] (1): [0.2, 0.8] }}" for i in range(1, 120)]
    long = Compilation.from_text("\n".join(chain)).model
    step = np.array([[0.9, 0.1], [0.2, 0.8]])
    expected = (np.array([0.7, 0.3]) @ np.linalg.matrix_power(step, 119))[1]
    assert answer(long, probability("P(V119=1)", long)).value == pytest.approx(expected, rel=1e-12)
