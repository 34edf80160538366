from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics import ScmError
from scmlang.exchange.ir import write
from scmlang.limits import LIMITS
from scmlang.semantics.cycles import cycles
from scmlang.semantics.distributions import assign
from scmlang.semantics.domains import BINARY, Finite, Image, Real
from scmlang.semantics.errors import CODES
from scmlang.semantics.model import Assignment, Draw, Render, Role, Table
from tests.semantics.fakes import check_text, model_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def codes(text: str) -> list[str]:
    with pytest.raises(ScmError) as error:
        check_text(text)
    return [d.code for d in error.value.diagnostics]


def test_a_diagram_with_mechanisms() -> None:
    model = model_of(
        "model M\nD: 0..9\nC: {red, green}\nI: image(3, 8, 8)\nA: real\nZ: bits(4)\nlatent T: binary\n"
        "D -> {C, A} -> I <-> C\nmechanism D, C: table(embedding=16)\n"
        "mechanism A: net(hidden=[8, 8], residual=true)"
    )
    assert model.name == "M"
    domains = [v.domain for v in model.variables.values()]
    named = Finite("named", 2, names=("red", "green"))
    assert domains == [Finite("range", 10), named, Image(3, 8, 8), Real(), Finite("bits", 16), BINARY]
    assert model.variables["T"].role is Role.LATENT
    assert list(model.edges) == [("D", "C"), ("D", "A"), ("C", "I"), ("A", "I")]
    assert list(model.confounded) == [("C", "I")]
    assert model.parents["I"] == ("C", "A")
    assert not model.is_fully_specified
    spec = model.variables["A"].mechanism
    assert spec is not None
    assert (spec.type, dict(spec.options)) == ("net", {"hidden": (8, 8), "residual": True})


def test_the_toy_model_is_the_papers() -> None:
    """The image of every configuration of (U_I, U_x, U_y, U_xy), as its table lists them."""
    model = model_of((EXAMPLES / "toy_ascm.scm").read_text(encoding="utf-8"))
    grid = (np.indices((2, 2, 2, 2)).reshape(4, -1)).astype(np.int64)
    columns = dict(zip(("U_I", "U_x", "U_y", "U_xy"), grid, strict=True))
    for name in ("X", "Y", "I"):
        variable = model.variables[name]
        assert isinstance(variable.equation, Assignment)
        columns[name] = assign(variable.equation, variable.domain, columns, 16)
    assert columns["I"].tolist() == [0, 6, 5, 3, 11, 5, 14, 0, 3, 5, 6, 0, 8, 6, 13, 3]
    assert list(model.confounded) == [("X", "Y"), ("I", "X")]
    assert list(model.edges) == [("X", "I"), ("Y", "I")]
    assert model.is_fully_specified


def test_every_kind_of_equation() -> None:
    model = model_of(
        "exogenous U ~ uniform(0..9)\nexogenous E ~ normal(0, 1)\nD: 0..9\nC: {red, green}\nB: binary\n"
        "A: real\nI: image(3, 8, 8)\nlet p = 0.1\n"
        "D := U\nC ~ bernoulli(p * (9.5 - D))\nB ~ table(C) { (red): [0.9, 0.1]  (1): [0.5, 0.5] }\n"
        "A := 0.5 * D + E\nI ~ disc(size=D, tint=sigmoid(A))"
    )
    kinds = {name: type(v.equation) for name, v in model.variables.items()}
    assert kinds == {
        "U": Draw, "E": Draw, "D": Assignment, "C": Draw, "B": Table, "A": Assignment, "I": Render
    }  # fmt: skip
    table = model.variables["B"].equation
    assert isinstance(table, Table)
    assert dict(table.rows) == {(0,): (0.9, 0.1), (1,): (0.5, 0.5)}
    assert model.parents["A"] == ("E", "D")
    assert model.variables["U"].domain == Finite("range", 10)
    assert model.variables["E"].domain == Real()


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("bernoulli(0.5)", BINARY),
        ("uniform(-1..1)", Finite("range", 3, -1)),
        ("uniform(0, 1)", Real()),
        ("categorical([0.5, 0.25, 0.25])", Finite("range", 3)),
        ("binomial(4, 0.5)", Finite("range", 5)),
        ("normal(1, 2)", Real()),
    ],
)
def test_exogenous_domains_follow_from_their_distributions(written: str, domain: object) -> None:
    assert model_of(f"exogenous U ~ {written}").variables["U"].domain == domain


def test_a_uniform_over_some_levels_is_zero_on_the_rest() -> None:
    equation = model_of("X: 0..4\nX ~ uniform(1..2)").variables["X"].equation
    assert isinstance(equation, Draw)
    assert [a.value for a in equation.arguments] == [0, 0.5, 0.5, 0, 0]  # type: ignore[union-attr]


def test_arrows_that_agree_with_equations_are_welcome() -> None:
    arrows = "X <-> Y\nX -> Y\n"
    equations = "exogenous U ~ bernoulli(0.5)\nX, Y: binary\nX := U\nY := X xor U\n"
    with_arrows, without = model_of(equations + arrows), model_of(equations)
    assert set(with_arrows.edges) == set(without.edges)
    assert set(with_arrows.confounded) == set(without.confounded)


def test_confounding_with_a_variable_that_is_learned() -> None:
    model = model_of("exogenous U ~ bernoulli(0.5)\nX, Y: binary\nX := U\nX -> Y\nX <-> Y\n")
    assert list(model.confounded) == [("X", "Y")]


def test_independent_problems_come_in_one_report_in_source_order() -> None:
    text = (
        "X: 0..9\nY: binary\nX -> Y -> X\nmechanism X: nothing\nZ: bool\n"
        "W: binary\nW ~ bernoulli(2)\nquery q = do(Y=7)\nV := 3\n"
    )
    assert codes(text) == ["E021", "E060", "E014", "E033", "E070", "E012"]


def test_one_mistake_is_reported_once() -> None:
    assert codes("X: wrong\nY: binary\nY := X == 1\nX -> Y\nX := 3\nquery q = do(Y=1)") == ["E014"]
    assert codes("Y: binary\nY := T xor T\nlet a = T\nmechanism T: table") == ["E012"]


def test_warnings_do_not_stop_and_come_along_with_errors() -> None:
    assert [w.code for w in check_text("exogenous U ~ bernoulli(0.5)").warnings] == ["W001"]


def test_large_parents_are_checked_by_intervals() -> None:
    parents = "".join(f"P{i}: 0..99\n" for i in range(4))
    total = " + ".join(f"P{i}" for i in range(4))
    assert LIMITS.enumeration < 100**4
    assert model_of(f"{parents}X: 0..396\nX := {total}").variables["X"].equation is not None
    assert codes(f"{parents}X: 0..395\nX := {total}") == ["E032"]
    assert codes(f"{parents}X: 0..396\nX := ({total}) / 2 * 2") == ["E032"]


def test_real_parents_are_checked_by_intervals() -> None:
    model_of("A: real\nX: 0..9\nX := floor(clip(A, 0, 9))\nY: binary\nY ~ bernoulli(sigmoid(3 * A - 1))")
    assert codes("A: real\nX: 0..9\nX := clip(A, 0, 9)") == ["E032"]
    assert codes("A: real\nB: real\nB ~ normal(A, A)") == ["E049"]
    assert codes("A: real\nB: real\nB := A ** 0.5") == ["E034"]
    model_of("A: real\nB: real\nB := A ** 2 + log(max(A, 0.5)) + (if A > 0 then sqrt(A) else 0)")


def test_lets_are_put_in() -> None:
    model = model_of("let p = 0.1\nX: 0..9\nlet q = p * (9.5 - X)\nC: binary\nC ~ bernoulli(q)")
    assert model.parents["C"] == ("X",)


def test_a_chain_of_lets_is_bounded() -> None:
    chain = "".join(f"let a{i + 1} = a{i} + X\n" for i in range(5000))
    assert codes(f"X: real\nlet a0 = X\n{chain}Y: real\nY := a5000")[0] == "E036"


def test_many_errors_end_the_run() -> None:
    text = "".join(f"V{i}: nothing\n" for i in range(5000))
    assert len(codes(text)) == LIMITS.diagnostics


def test_a_short_text_cannot_ask_for_a_vast_diagram() -> None:
    names = ", ".join(f"X{i}" for i in range(1000))
    assert codes(f"{names}: binary\n{{{names}}} <-> {{{names}}}") == ["E023"]
    equations = "".join(f"X{i} := U\n" for i in range(1000))
    assert codes(f"exogenous U ~ bernoulli(0.5)\n{names}: binary\n{equations}") == ["E023"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("some/where/my-model.scm", "my_model"),
        ("日.scm", "model__"),
        ("001.scm", "model_001"),
        ("query.scm", "model_query"),
        ("", "model_"),
    ],
)
def test_the_model_is_named_by_its_file(path: str, name: str) -> None:
    model = check_text("X: binary", path).model
    assert model.name == name
    assert model_of(write(model)).name == name


def test_causes_come_first() -> None:
    model = model_of("A, B, C, D: binary\nD -> A\nC -> {A, D}\n")
    assert model.topological_order == ("B", "C", "D", "A")


def test_codes_are_well_formed() -> None:
    assert all(len(code) == 4 and code[0] in "EW" and code[1] == "0" for code in CODES)
    assert len(set(CODES.values())) == len(CODES)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_cycles_are_cycles_and_none_is_missed(pairs: list[tuple[int, int]]) -> None:
    edges = {(f"n{a}", f"n{b}") for a, b in pairs}
    found = cycles(sorted(edges))
    for cycle in found:
        assert len(set(cycle)) == len(cycle)
        assert set(zip(cycle, [*cycle[1:], cycle[0]], strict=True)) <= edges
    assert bool(found) == _has_cycle(edges)


def _has_cycle(edges: set[tuple[str, str]]) -> bool:
    left = set(edges)
    while True:
        causes = {a for a, _ in left}
        kept = {(a, b) for a, b in left if b in causes}
        if kept == left:
            return bool(left)
        left = kept


def test_a_long_chain_needs_no_stack() -> None:
    n = 20_000
    edges = [(f"n{i}", f"n{i + 1}") for i in range(n)]
    assert cycles(edges) == []
    assert len(cycles([*edges, (f"n{n}", "n0")])[0]) == n + 1
