"""Programs of random statements: the checker gives a model or diagnostics, and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagnostics import Diagnostic, ScmError
from scmlang.diagnostics.render import render
from scmlang.exchange.ir import write
from scmlang.semantics.check import Checked
from scmlang.semantics.errors import CODES
from tests.semantics.fakes import check_text

_name = st.sampled_from(["X", "Y", "Z", "C", "I", "U", "T", "p", "red", "min", "table"])
_number = st.sampled_from(["0", "1", "2", "-1", "0.5", "1.5", "9", "1e-9", "123456789012345", "true"])
_domain = st.sampled_from(
    [
        "binary",
        "real",
        "0..9",
        "-2..2",
        "0..0",
        "{red, green}",
        "{green, red}",
        "bits(2)",
        "image(3, 8, 8)",
        "bits(1)",
    ]
)
_binary = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "and", "or", "xor"]
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    function = st.sampled_from(
        ["min", "max", "abs", "exp", "log", "sqrt", "clip", "round", "sin", "sigmoid", "what"]
    )
    return st.one_of(
        st.tuples(inner, _binary, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda e: f"(not {e})"),
        inner.map(lambda e: f"(-{e})"),
        st.tuples(inner, inner, inner).map(lambda t: f"(if {t[0]} then {t[1]} else {t[2]})"),
        several.map(lambda s: f"[{s}]"),
        st.tuples(function, several).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(_name, inner).map(lambda t: f"{t[0]}[{t[1]}]"),
    )


_expression = st.recursive(_name | _number, _compound, max_leaves=6)
_arguments = st.lists(_expression, max_size=3).map(", ".join) | st.just("0..3") | st.just("size=X, tint=Y")
_kind = st.sampled_from(
    ["bernoulli", "categorical", "uniform", "binomial", "normal", "table", "disc", "net", "odd"]
)
_call = st.tuples(_kind, _arguments).map(lambda t: f"{t[0]}({t[1]})")
_rows = st.sampled_from(["", " { (0): [0.5, 0.5] (1): [1, 0] }", " { (): [0.5, 0.5] }", " { (red): [1] }"])
_group = _name | st.lists(_name, min_size=1, max_size=3).map(lambda names: "{" + ", ".join(names) + "}")
_link = st.sampled_from(["->", "<-", "<->"])
_setting = st.tuples(_name, st.sampled_from(["0", "1", "red", "true", "-0.5", "99"])).map("=".join)
_query = st.one_of(
    st.lists(_setting, min_size=1, max_size=2).map(lambda s: f"do({', '.join(s)})"),
    st.tuples(_name, _setting, _name).map(lambda t: f"{t[0]}[{t[1]}] | {t[2]}"),
)
_statement = st.one_of(
    st.tuples(_name, _domain).map(lambda t: f"{t[0]}: {t[1]}"),
    st.tuples(_name, _domain).map(lambda t: f"latent {t[0]}: {t[1]}"),
    st.tuples(_name, _call).map(lambda t: f"exogenous {t[0]} ~ {t[1]}"),
    st.tuples(_name, _expression).map(lambda t: f"let {t[0]} = {t[1]}"),
    st.tuples(_name, _expression).map(lambda t: f"{t[0]} := {t[1]}"),
    st.tuples(_name, _call, _rows).map(lambda t: f"{t[0]} ~ {t[1]}{t[2]}"),
    st.tuples(_group, _link, _group).map(" ".join),
    st.tuples(_name, _call).map(lambda t: f"mechanism {t[0]}: {t[1]}"),
    st.tuples(_name, _query).map(lambda t: f"query {t[0]} = {t[1]}"),
    _name.map(lambda n: f"model {n}"),
)
_DECLARED = "X: binary\nY: 0..3\nC: {red, green}\nA: real\nI: image(3, 8, 8)\nlatent T: binary\nZ: bits(2)\n"
_programs = st.lists(_statement, max_size=10).map("\n".join)


def outcome(text: str) -> Checked | tuple[Diagnostic, ...]:
    try:
        return check_text(text)
    except ScmError as error:
        return error.diagnostics


@settings(max_examples=200)
@given(st.sampled_from(["", _DECLARED, _DECLARED + "exogenous U ~ uniform(0..1)\n"]), _programs)
def test_a_program_is_a_model_or_a_report(head: str, text: str) -> None:
    found = outcome(head + text)
    if isinstance(found, tuple):
        assert {diagnostic.code for diagnostic in found} <= set(CODES)
        assert render(found)
        return
    model, again = found.model, check_text(write(found.model)).model
    assert list(again.variables) == list(model.variables)
    assert dict(again.parents) == dict(model.parents)
    assert set(again.edges) == set(model.edges)
    assert set(again.confounded) == set(model.confounded)
