"""Bounds hold every value, and what is said to have no value has none: by property and by program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scmlang.diagnostics import ScmError
from scmlang.diagnostics.base import Diagnostic
from scmlang.limits import LIMITS
from scmlang.semantics import ranges
from scmlang.semantics.bounds import bounds
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Call, Constant, Expression, Reference, evaluate
from tests.semantics.fakes import check_text
from tests.semantics.strategies import AT, DOMAINS, call, expressions, values

FINITE = [name for name, domain in DOMAINS.items() if isinstance(domain, Finite)]


def columns_of(at: dict[str, float], names: list[str]) -> dict[str, np.ndarray]:
    return {name: np.array([at[name]]) for name in names}


def value(node: Expression, at: dict[str, float]) -> float:
    return float(evaluate(node, columns_of(at, list(at)), 1)[0])


@given(expressions(), values(), st.sets(st.sampled_from(FINITE)))
def test_bounds_hold_every_value(node: Expression, at: dict[str, float], known: set[str]) -> None:
    """Whichever of the finite variables are given their values."""
    found = bounds(node, DOMAINS, columns_of(at, sorted(known)))
    result = value(node, at)
    assume(not math.isnan(result))
    slack = 1e-9 * max(1.0, abs(result)) if math.isfinite(result) else 0.0
    assert found.low[0] - slack <= result <= found.high[0] + slack


@given(expressions(real=False), values())
def test_bounds_at_a_point_are_the_value(node: Expression, at: dict[str, float]) -> None:
    found = bounds(node, DOMAINS, columns_of(at, FINITE))
    result = value(node, at)
    if math.isfinite(result) and not found.undefined:
        assert found.low[0] == found.high[0] == pytest.approx(result, rel=1e-12, abs=1e-12)


_WHOLE = st.sampled_from([Reference(name, AT) for name in ("X", "D", "N")]) | st.integers(-3, 3).map(
    lambda k: Constant(k, AT)
)
_SUMS = st.recursive(_WHOLE, lambda part: st.one_of(*(call(op, part, part) for op in "+-*")), max_leaves=5)
_PARTIAL = st.one_of(
    *(call(op, _SUMS, _SUMS) for op in ("/", "//", "%")), call("log", _SUMS), call("sqrt", _SUMS)
)


@given(_PARTIAL, values(), st.sets(st.sampled_from(["X", "D", "N"])))
def test_where_there_is_no_value_is_known(node: Expression, at: dict[str, float], known: set[str]) -> None:
    if not math.isfinite(value(node, at)):
        (found,) = bounds(node, DOMAINS, columns_of(at, sorted(known))).undefined
        assert found.cases[0]


@given(_PARTIAL, values())
def test_at_a_point_no_value_is_lost(node: Expression, at: dict[str, float]) -> None:
    found = bounds(node, DOMAINS, columns_of(at, ["X", "D", "N"]))
    assert bool(found.undefined) == (not math.isfinite(value(node, at)))


@given(
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(-4, 4), _SUMS, values(), st.booleans()
)
def test_a_condition_narrows_what_it_compares(
    operator: str, k: int, sum_: Expression, at: dict[str, float], mirrored: bool
) -> None:
    """``if S < k then S else S`` has the bounds of S, and each branch holds the values that reach it."""
    operands = (Constant(k, AT), sum_) if mirrored else (sum_, Constant(k, AT))
    condition = Call(operator, operands, AT)
    for branch in (0, 1):
        far = Constant(10_000_000, AT)
        parts = (sum_, far) if branch == 0 else (far, sum_)
        chosen = Call("if", (condition, *parts), AT)
        found = bounds(chosen, DOMAINS)
        assert found.low[0] <= value(chosen, at) <= found.high[0]


# --- programs whose parents are too many to be tried

WIDE = 20
NAMES = [f"P{i}" for i in range(WIDE)]
HEAD = (
    f"{', '.join(NAMES)}: binary\nA, B, R: real\nX: binary\nD: 0..9\nT: 0..2\nS: 0..{WIDE}\n"
    f"let total = {' + '.join(NAMES)}\n"
)
SOUND = [
    "S := total",
    "X := total % 2",
    "S := clip(total * 2, 0, 20)",
    f"X := {' xor '.join(NAMES)}",
    f"X := {' and '.join(NAMES)}",
    "D := total // 3",
    "D := (total + 7) % 10",
    "D := if total >= 10 then 9 else total",
    "D := if total < 10 then total else 9",
    "D := if not (total > 9) then total else 9",
    "D := if total > 9 or total == 0 then 0 else total - 1",
    "D := if 3 <= total and total <= 12 then total - 3 else 0",
    "T := sign(total - 10) + 1",
    f"S := abs({WIDE // 2} - total) ** 2 // {WIDE}",
    "R := 1 / (1 + total)",
    "R := if total == 0 then 0 else 1 / total",
    "R := log(1 + total) + sqrt(total)",
    "R := A / (1 + total)",
    "X ~ bernoulli(total / 20)",
    "X ~ bernoulli(0.1 + 0.04 * total)",
    "X ~ bernoulli(sigmoid(total - 10))",
    "X ~ bernoulli(if total == 0 then 0.5 else 1 / total)",
    "X ~ bernoulli(exp(-total))",
    "X ~ bernoulli(0.95 ** total)",
    "T ~ categorical(total / 40, total / 40, 1 - total / 20)",
    "T ~ categorical((total / 20) ** 2, 2 * (total / 20) * (1 - total / 20), (1 - total / 20) ** 2)",
    "T ~ categorical(exp(A) / (exp(A) + exp(B) + 1), exp(B) / (exp(A) + exp(B) + 1), "
    "1 / (exp(A) + exp(B) + 1))",
    "T ~ categorical(sigmoid(A) / 2, 0.5, 0.5 - sigmoid(A) / 2)",
    "S ~ binomial(20, total / 20)",
    "R ~ normal(total, 1 + total)",
    "R ~ normal(A, exp(B))",
    "R ~ normal(A, if P0 == 0 then 1 else exp(B))",
    "R ~ normal(A, sqrt(0.5 + A ** 2))",
    "R ~ uniform(total, total + 1)",
    "R ~ uniform(A - 1, A + exp(B) * 0 + 1)",
    "R := if P0 == 0 then 0 else A / P0",
    "R := if A > 0 then log(A) else 0",
    "R := if A > 0 and B > 0 then log(A * B) else 0",
    "exogenous U ~ uniform(0, 1)\nX ~ bernoulli(U)",
    "exogenous U ~ uniform(0.25, 0.5)\nX ~ bernoulli(0.1 + U * total / 20)",
    "exogenous U ~ uniform(0.25, 0.5)\nR := log(U) + 1 / U",
]
UNSOUND = [
    ("S := total + 1", "E032", "1 to 21"),
    ("X := total % 3", "E032", "0 to 2"),
    ("X := total", "E032", "0 to 20"),
    ("D := total / 3", "E032", ""),
    ("D := if total >= 11 then 9 else total", "E032", "0 to 10"),
    ("S := total / 2 * 2", "E032", "a fraction"),
    ("R := 1 / total", "E034", "divisor is 0"),
    ("R := A / total", "E034", "divisor is 0"),
    ("R := A % total", "E034", "divisor is 0"),
    ("R := total // (total - 20)", "E034", "divisor is 0"),
    ("R := if A > 0 then 1 / total else 0", "E034", "divisor is 0"),
    ("R := log(total)", "E034", "0 or negative"),
    ("R := sqrt(total - 1)", "E034", "negative"),
    ("R := total ** -1", "E034", "0 or negative"),
    ("R := (total - 1) ** 0.5", "E034", "negative"),
    ("R := A / 0", "E034", "divisor is 0"),
    ("R := A / P0", "E034", "P0=0"),
    ("R := if P0 == 1 then 0 else A / P0", "E034", "P0=0"),
    ("R ~ normal(1 / total, 1)", "E034", "divisor is 0"),
    ("R ~ normal(log(A), 1)", "E034", "negative"),
    ("R ~ uniform(0, 1 / P0)", "E034", "P0=0"),
    ("X ~ bernoulli(total / 19)", "E033", "0 to 1.05263"),
    ("X ~ bernoulli(if P0 == 1 then A else 0.5)", "E033", "P0=1"),
    ("X ~ bernoulli(if P3 == 1 then 1.5 else sigmoid(A))", "E033", "1.5 for P3=1"),
    ("S ~ binomial(20, total / 10)", "E033", "0 to 2"),
    ("T ~ categorical(total / 20, 0.5, 0.5)", "E048", "cannot be seen"),
    ("T ~ categorical(sigmoid(A) / 2, 0.4, 0.5 - sigmoid(A) / 2)", "E048", "0.9"),
    ("R ~ normal(total, total)", "E049", "0 to 20"),
    ("R ~ normal(A, A)", "E049", "any number"),
    ("R ~ normal(A, if P0 == 0 then 0 else exp(B))", "E049", "0 for P0=0"),
    ("R ~ uniform(A, A - 1)", "E049", "above"),
    ("R ~ uniform(total, 20)", "E049", "above"),
    ("exogenous U ~ uniform(0, 1.5)\nX ~ bernoulli(U)", "E033", "0 to 1.5"),
    ("R ~ uniform(0, 1)\nX ~ bernoulli(R)", "E033", "any number"),
]


def problems(text: str) -> list[Diagnostic]:
    try:
        check_text(HEAD + text)
    except ScmError as error:
        return list(error.diagnostics)
    return []


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_wide_program_is_accepted(text: str) -> None:
    assert LIMITS.enumeration < 2**WIDE
    assert [d.message for d in problems(text)] == []


@pytest.mark.parametrize(("text", "code", "words"), UNSOUND)
def test_an_unsound_wide_program_is_refused(text: str, code: str, words: str) -> None:
    (problem,) = problems(text)
    assert problem.code == code
    assert words in problem.message


def test_too_many_configurations_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object) -> None:
        raise AssertionError("the configurations were tried")

    monkeypatch.setattr(ranges, "evaluate", forbidden)
    assert problems("S := total") == []
    with pytest.raises(AssertionError, match="were tried"):
        problems("S := P0 + P1")


def test_the_bound_is_the_limit() -> None:
    """One configuration more than the limit is the last of the enumeration."""
    domains: dict[str, Domain] = {"K": Finite("range", LIMITS.enumeration)}
    found = ranges.grid(["K"], domains)
    assert found is not None
    assert found.n == LIMITS.enumeration
    assert ranges.grid(["K", "X"], {**domains, "X": Finite("binary", 2)}) is None
