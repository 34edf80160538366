"""What a query is answered where equations are missing: a formula that, read back, gives the right number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction

import pytest

from scmlang.answers import Answer, answer_exactly
from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.identify.estimand import At, Table, evaluate, parse, same
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Probability
from tests.cli.process import run_here

DOMAINS = "X, Y, Z: binary\n"
FRONT_DOOR = "X -> Z -> Y\nX <-> Y\n"
BACK_DOOR = "X -> Y\nZ -> X\nZ -> Y\n"
BOW = "X -> Y\nX <-> Y\n"
FRONT_DOOR_WORLD = """
exogenous U ~ bernoulli(0.3)
X ~ bernoulli(0.2 + 0.5 * U)
Z ~ bernoulli(0.1 + 0.7 * X)
Y ~ bernoulli(0.1 + 0.3 * Z + 0.5 * U)
"""
BACK_DOOR_WORLD = """
Z ~ bernoulli(0.4)
X ~ bernoulli(0.2 + 0.5 * Z)
Y ~ bernoulli(0.1 + 0.3 * Z + 0.5 * X)
"""


class Observed:
    """The observed distribution of a fully specified model, in fractions."""

    exact = True

    def __init__(self, model: CausalModel) -> None:
        self.model = model

    def size(self, variable: str) -> int:
        return len(self.values(variable))

    def values(self, variable: str) -> Sequence[int]:
        return range(2)

    def index(self, at: At) -> int:
        return int(at.value)

    def joint(self, variables: tuple[str, ...], do: tuple[str, ...]) -> Table:
        assert not do
        events = tuple(Counterfactual(name) for name in variables)
        return Table(variables, answer(self.model, Probability(events), exact=True).array)


def model_of(*parts: str) -> CausalModel:
    return Compilation.from_text("".join(parts)).model


def asked(diagram: str, text: str) -> Answer:
    return answer_exactly(model_of(DOMAINS, diagram), text)


@pytest.mark.parametrize(
    ("diagram", "world", "text"),
    [
        (FRONT_DOOR, FRONT_DOOR_WORLD, "P(Y=1 | do(X=1))"),
        (FRONT_DOOR, FRONT_DOOR_WORLD, "ATE(X, Y)"),
        (FRONT_DOOR, FRONT_DOOR_WORLD, "P(Y[X=1]=1 | X=0)"),
        (FRONT_DOOR, FRONT_DOOR_WORLD, "P(Y=1 | X=1)"),
        (BACK_DOOR, BACK_DOOR_WORLD, "P(Y=1 | do(X=1))"),
        (BACK_DOOR, BACK_DOOR_WORLD, "P(Y=1 | do(X=1), Z=0)"),
        (BACK_DOOR, BACK_DOOR_WORLD, "ETT(X, Y)"),
    ],
)
def test_the_formula_of_a_diagram_gives_the_number_of_its_model(diagram: str, world: str, text: str) -> None:
    found = asked(diagram, text)
    assert (found.status, found.value, found.table) == ("identified", None, [])
    assert found.estimand is not None
    world_model = model_of(DOMAINS, world)
    number = evaluate(parse(found.estimand), Observed(world_model)).array.item()
    expected = answer_exactly(world_model, text, exact=True).value
    assert isinstance(number, Fraction)
    assert number == expected


def test_a_bare_diagram_answers_too() -> None:
    found = answer_exactly(model_of("X -> Z -> Y; X <-> Y"), "P(Y | do(X))")
    assert found.status == "identified"
    assert str(found).startswith(f"P(Y | do(X)) = {found.estimand}\nidentified, by ")
    with pytest.raises(TypeError, match="no single number"):
        float(found)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("P(Y | do(X))", "hedge {X, Y} around {Y}"),
        ("ATE(X, Y)", "hedge {X, Y} around {Y}"),
        ("P(Y[X=1]=1 | X=0)", "needs `X` both at 0 and at 1"),
    ],
)
def test_what_rules_a_formula_out_is_named(text: str, named: str) -> None:
    with pytest.raises(ScmError) as error:
        asked(BOW, text)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "E292"
    assert named in diagnostic.message


def test_what_needs_numbers_is_refused() -> None:
    model = model_of(DOMAINS, FRONT_DOOR)
    for text, exact in (("do(X=1)", False), ("P(Y=1 | do(X=1))", True)):
        with pytest.raises(ScmError, match="E266"):
            answer_exactly(model, text, exact=exact)


def test_a_variable_may_be_called_as_a_column_is() -> None:
    model = model_of("p, value: binary\np ~ bernoulli(0.25)\nvalue := p\n")
    found = answer_exactly(model, "P(p | value)", exact=True)
    assert found.columns == ("p", "value", "p_")
    assert found.table[0] == {"p": "0", "value": "0", "p_": 1}
    assert found.plot().bars[0].value == 1
    assert answer_exactly(model, "E(p | value)").columns == ("value", "value_")


@pytest.mark.parametrize(("name", "help_"), [("effct", "`effect`"), ("nothing", "there is `effect`")])
def test_a_query_that_the_file_does_not_have(name: str, help_: str) -> None:
    with pytest.raises(ScmError) as error:
        answer_exactly(model_of("X -> Y; query effect = P(Y | do(X))"), name)
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("E010", f"there is no query or variable `{name}`")
    assert help_ in diagnostic.helps[0]


def test_the_command_prints_the_formula(capsys: pytest.CaptureFixture[str]) -> None:
    command = ("query", "--model", "Z -> X -> Y; Z -> Y; query effect = P(Y | do(X))", "effect")
    assert run_here(*command, "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    formula = document["estimand"]
    assert (document["status"], document["value"], document["table"]) == ("identified", None, [])
    assert same(parse(formula), parse("Σ_{Z} P(Y | X, Z) P(Z)"))
    assert run_here(*command) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"P(Y | do(X)) = {formula}"
    assert run_here(*command, "--format", "csv") == 0
    assert capsys.readouterr().out == f'estimand\n"{formula}"\n'
