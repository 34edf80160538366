from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exchange import WRITERS
from scmlang.exchange.convert import guess
from scmlang.exchange.ir import expression
from scmlang.semantics.expressions import Expression, evaluate
from scmlang.semantics.model import Assignment, CausalModel
from tests.semantics.fakes import model_of
from tests.semantics.strategies import expressions, values

EXAMPLES = Path(__file__).parents[2] / "examples"
OURS = [EXAMPLES / "toy_ascm.scm", *sorted((EXAMPLES / "bar_mnist").glob("*.scm"))]
ALL_KINDS = """
exogenous U ~ uniform(-1..9)
exogenous E ~ normal(0, 2.5)
exogenous K ~ categorical([0.25, 0.75])
D: -1..9
C: {red, green}
latent B: binary
A, A0: real
Z: bits(2)
I: image(3, 8, 8)
X: binary
W: 0..3
D := U
C ~ bernoulli(0.1 * (9 - clip(D, 0, 9)))
B ~ table(C) { (red): [0.9, 0.1]  (green): [0.5, 0.5] }
A := if C == green then -E ** 2 else abs(A0)
A0 ~ uniform(-1, 1)
Z := [not B, K]
W ~ binomial(3, 0.5)
I ~ disc(size=max(D, 0), tint=sigmoid(A))
W -> X
X <-> D
mechanism X: net(hidden=[4, 4], residual=false)
query q = do(C=green, A0=-0.5)
query e = I[C=red] | I
"""


def facts(model: CausalModel) -> object:
    """All that a model says, without where it says it; numbers as they print."""
    strip = re.compile(r"span=Span\(start=\d+, end=\d+\)(, )?")
    variables = {n: strip.sub("", repr(v)) for n, v in model.variables.items()}
    diagram = (dict(model.parents), list(model.edges), list(model.confounded))
    return model.name, variables, diagram, dict(model.queries)


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_the_ir_of_an_example_reads_back_as_the_same_model(path: Path) -> None:
    compilation = Compilation.from_file(path)
    again = Compilation.from_text(compilation.emit("ir"), str(path))
    assert facts(again.model) == facts(compilation.model)
    assert again.emit("ir") == compilation.emit("ir")


def test_the_ir_of_every_kind_of_statement_reads_back() -> None:
    model = model_of(ALL_KINDS)
    assert facts(model_of(WRITERS["ir"](model))) == facts(model)


_DECLARED = "X: binary\nD: 0..9\nN: -3..3\nZ: bits(3)\nA: real\n"


@settings(max_examples=50)
@given(expressions(), st.lists(values(), min_size=1, max_size=4))
def test_a_printed_expression_means_the_same(node: Expression, units: list[dict[str, float]]) -> None:
    import numpy as np

    text = f"{_DECLARED}V: real\nV := if A == A then {expression(node)} else 0\n"
    equation = model_or_none(text)
    if equation is None:
        return
    columns = {name: np.array([unit[name] for unit in units]) for name in units[0]}
    printed = evaluate(equation.expression, columns, len(units)).astype(float)
    np.testing.assert_array_equal(printed, evaluate(node, columns, len(units)).astype(float))


def model_or_none(text: str) -> Assignment | None:
    """The equation of V; None where the checker proves that it has no value somewhere."""
    from scmlang.diagnostics import ScmError

    try:
        equation = model_of(text).variables["V"].equation
    except ScmError as error:
        if {d.code for d in error.diagnostics} - {"E034"}:
            raise
        return None
    return equation if isinstance(equation, Assignment) else None


def test_dot() -> None:
    text = WRITERS["dot"](model_of("C: {red, green}\nlatent T: binary\nI: image(3, 8, 8)\nC -> I <-> T\n"))
    assert text == (
        'digraph "test" {\n'
        '  "C" [label="C: {red, green}", shape=ellipse, domain="{red, green}"];\n'
        '  "T" [label="T: binary", shape=ellipse, style=dashed, domain="binary"];\n'
        '  "I" [label="I: image(3, 8, 8)", shape=box, domain="image(3, 8, 8)"];\n'
        '  "C" -> "I";\n'
        '  "I" -> "T" [dir=both, style=dashed, constraint=false];\n'
        "}\n"
    )


def test_mermaid() -> None:
    text = WRITERS["mermaid"](
        model_of("C: {red, green}\nlatent T: binary\nI: image(3, 8, 8)\nC -> I <-> T\n")
    )
    assert text == (
        "flowchart TD\n"
        '  v_C["C: #123;red, green#125;"]\n'
        '  v_T(["T: binary"])\n'
        '  v_I[["I: image(3, 8, 8)"]]\n'
        "  v_C --> v_I\n"
        "  v_I <-.-> v_T\n"
    )


def test_every_writer_writes_every_example() -> None:
    for name in WRITERS:
        for path in OURS:
            model = Compilation.from_file(path).model
            if name != "bif" or path.stem == "toy_ascm":
                assert WRITERS[name](model).endswith("\n")
                continue
            with pytest.raises(ScmError, match="E255"):
                WRITERS[name](model)


def test_the_language_is_a_format_by_its_own_name() -> None:
    assert guess(None, "scm", "--to") == guess(Path("model.scm"), None, "--to") == "ir"
