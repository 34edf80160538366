"""``coupling=…`` as it is written: where it may stand, and what it leaves alone."""

from __future__ import annotations

import pytest

from scmlang.diagnostics import ScmError
from scmlang.diagnostics.base import Diagnostic
from scmlang.limits import LIMITS
from scmlang.semantics.model import Coupling, Draw, Table
from tests.semantics.fakes import check_text, model_of

HEAD = "X: binary\nX ~ bernoulli(0.5)\nC: {red, green, blue}\nB: binary\nD: 0..5\nA: real\n"
WRITTEN = [
    ("C", "categorical(0.2, 0.3, 0.5, {})", ""),
    ("C", "categorical([0.2, 0.3, 0.5], {})", ""),
    ("C", "categorical({}, 0.2, 0.1 * X, 0.8 - 0.1 * X)", ""),
    ("B", "bernoulli(0.2 + 0.5 * X, {})", ""),
    ("D", "binomial(5, 0.2 + 0.5 * X, {})", ""),
    ("D", "uniform(0..5, {})", ""),
    ("D", "uniform(1..3, {})", ""),
    ("D", "uniform({})", ""),
    ("C", "table(X, {})", " { (0): [0.1, 0.2, 0.7]  (1): [1, 0, 0] }"),
    ("C", "table({}, X)", " { (0): [0.1, 0.2, 0.7]  (1): [1, 0, 0] }"),
    ("C", "table({})", " { (): [0.1, 0.2, 0.7] }"),
]


def found(text: str) -> list[Diagnostic]:
    with pytest.raises(ScmError) as error:
        check_text(HEAD + text)
    return list(error.value.diagnostics)


@pytest.mark.parametrize(("name", "call", "rows"), WRITTEN)
@pytest.mark.parametrize("coupling", Coupling)
def test_every_discrete_draw_takes_a_coupling(name: str, call: str, rows: str, coupling: Coupling) -> None:
    model = model_of(f"{HEAD}{name} ~ {call.format(f'coupling={coupling.value}')}{rows}")
    equation = model.variables[name].equation
    assert isinstance(equation, Draw | Table)
    assert equation.coupling is coupling


@pytest.mark.parametrize(("name", "call", "rows"), WRITTEN)
def test_the_default_is_monotone(name: str, call: str, rows: str) -> None:
    call = call.format("").replace(", )", ")").replace("(, ", "(")
    equation = model_of(f"{HEAD}{name} ~ {call}{rows}").variables[name].equation
    assert isinstance(equation, Draw | Table)
    assert equation.coupling is Coupling.MONOTONE


def test_a_variable_may_have_the_name_of_a_coupling() -> None:
    model = model_of(
        "gumbel, coupling: binary\ngumbel ~ bernoulli(0.5)\ncoupling ~ bernoulli(0.1 + 0.8 * gumbel)"
    )
    assert model.parents["coupling"] == ("gumbel",)
    model = model_of(
        "gumbel, V: binary\ngumbel ~ bernoulli(0.5)\nV ~ bernoulli(0.1 + 0.8 * gumbel, coupling=gumbel)"
    )
    assert model.parents["V"] == ("gumbel",)


@pytest.mark.parametrize("call", ["normal(X, 1, coupling=gumbel)", "uniform(X, 2, coupling=monotone)"])
def test_a_real_draw_has_no_coupling(call: str) -> None:
    (problem,) = found(f"A ~ {call}")
    assert problem.code == "E056"
    assert "real" in problem.message


@pytest.mark.parametrize(
    "call",
    ["bernoulli(0.5, coupling=gumbel)", "uniform(0..3, coupling=monotone)", "normal(0, 1, coupling=gumbel)"],
)
def test_an_exogenous_variable_has_nothing_to_couple(call: str) -> None:
    (problem,) = found(f"exogenous U ~ {call}")
    assert problem.code == "E056"
    assert "no parents" in problem.message


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("bernoulli(0.5, coupling=gumble)", "did you mean `gumbel`?"),
        ("bernoulli(0.5, coupling=Monotone)", "did you mean `monotone`?"),
        ("table(X, coupling=gumbe) { (0): [1, 0]  (1): [0, 1] }", "did you mean `gumbel`?"),
        ("bernoulli(0.5, coupling=zz)", "there are `monotone`, `gumbel`"),
        ("bernoulli(0.5, coupling=1)", "write `coupling=monotone`, the default, or `coupling=gumbel`"),
    ],
)
def test_what_is_no_coupling(written: str, help: str) -> None:
    (problem,) = found(f"B ~ {written}")
    assert problem.code == "E056"
    assert problem.helps == (help,)


def test_a_misspelt_option_is_corrected() -> None:
    (problem,) = found("B ~ bernoulli(0.5, couplin=gumbel)")
    assert (problem.code, problem.helps) == ("E041", ("did you mean `coupling`?",))


def test_a_gumbel_noise_for_each_level_is_bounded() -> None:
    most = LIMITS.gumbel_levels
    assert model_of(f"W: 1..{most}\nW ~ uniform(coupling=gumbel)").variables["W"].equation is not None
    (problem,) = found(f"W: 0..{most}\nW ~ uniform(coupling=gumbel)")
    assert problem.code == "E056"
    assert model_of(f"W: 0..{most}\nW ~ uniform(coupling=monotone)").variables["W"].equation is not None


def test_a_misspelt_table_is_corrected() -> None:
    (problem,) = found("B ~ tabel(X) { (0): [1, 0]  (1): [0, 1] }")
    assert (problem.code, problem.helps) == ("E040", ("did you mean `table`?",))
