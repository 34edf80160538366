"""Bare diagrams: a file with no domain anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exchange.ir import write
from scmlang.semantics.domains import Symbolic
from scmlang.semantics.model import Role
from scmlang.semantics.queries import read_query, show
from tests.semantics.fakes import model_of
from tests.semantics.test_check import codes

FRONT_DOOR = "X -> Z -> Y; X <-> Y"


def test_edges_declare_the_variables() -> None:
    model = model_of(FRONT_DOOR)
    assert {n: (v.domain, v.role) for n, v in model.variables.items()} == {
        name: (Symbolic(), Role.OBSERVED) for name in ("X", "Z", "Y")
    }
    assert list(model.edges) == [("X", "Z"), ("Z", "Y")]
    assert list(model.confounded) == [("X", "Y")]
    assert not model.has_domains
    assert not model.is_fully_specified


def test_a_set_declares_variables_without_edges() -> None:
    assert list(model_of("{C, A}\nA -> B").variables) == ["C", "A", "B"]


def test_a_cycle_is_found_without_domains() -> None:
    assert codes("X -> Y -> X") == ["E021"]


@pytest.mark.parametrize(
    "more", ["A: binary", "A: real", "latent A: binary", "exogenous U ~ normal(0, 1)", "let p = 0.5"]
)
def test_with_any_declaration_all_are_needed(more: str) -> None:
    assert codes(f"{FRONT_DOOR}\n{more}") == ["E012"] * 3


def test_a_misspelt_name_is_named() -> None:
    with pytest.raises(ScmError) as error:
        model_of("Colour: binary\nDigit: 0..9\nDigit -> Color")
    assert error.value.diagnostics[0].helps == ("did you mean `Colour`?",)


@pytest.mark.parametrize("text", ["do(X=3)", "do(X=-1, Z=low)", "do(X=true)"])
def test_values_are_symbols(text: str) -> None:
    model = model_of(FRONT_DOOR)
    query = read_query(text, model)
    assert show(query, model.variables) == text
    assert show(read_query(show(query, model.variables), model), model.variables) == text


def test_a_fraction_is_no_symbol_and_a_symbol_is_no_number() -> None:
    model = model_of(FRONT_DOOR)
    with pytest.raises(ScmError) as error:
        read_query("do(X=1.5)", model)
    assert [d.code for d in error.value.diagnostics] == ["E070"]
    with pytest.raises(TypeError, match="no domains"):
        _ = read_query("do(X=low)", model).numbers


def test_what_has_no_domain_cannot_be_learned() -> None:
    with pytest.raises(ScmError) as error:
        _ = Compilation.from_text(FRONT_DOOR).plan
    (problem,) = error.value.diagnostics
    assert problem.code == "E178"
    assert problem.span is not None


_names = st.sampled_from(["A", "B", "C", "D", "E"])
_links = st.lists(st.tuples(_names, _names).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=8)


@given(_links, _links)
def test_the_ir_of_a_diagram_reads_back(arrows: list[tuple[str, str]], arcs: list[tuple[str, str]]) -> None:
    lines = [f"{min(a, b)} -> {max(a, b)}" for a, b in arrows] + [f"{a} <-> {b}" for a, b in arcs]
    model = model_of("; ".join(lines))
    again = model_of(write(model))
    assert list(again.variables) == list(model.variables)
    assert list(again.edges) == list(model.edges)
    assert list(again.confounded) == list(model.confounded)
    assert write(again) == write(model)


@pytest.mark.parametrize("last", ["5", "7", "999999999999999", "9" * 5000])
def test_numbers_as_levels_are_told_of_whatever_their_size(last: str) -> None:
    with pytest.raises(ScmError) as error:
        model_of(f"Grade: {{1, 2, 3, 4, {last}}}")
    helps = [help for d in error.value.diagnostics for help in d.helps]
    assert {d.code for d in error.value.diagnostics} == {"E017"}
    assert any("`1..5`" in help for help in helps) is (last == "5")
