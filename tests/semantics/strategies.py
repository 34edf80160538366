"""Random well-typed expressions, with a plain reference for what they mean."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from scmlang.semantics.domains import BINARY, Domain, Finite, Real
from scmlang.semantics.expressions import Call, Constant, Expression, Reference
from scmlang.source import Span

AT = Span(0, 1)
DOMAINS: dict[str, Domain] = {
    "X": BINARY,
    "D": Finite("range", 10),
    "N": Finite("range", 7, -3),
    "Z": Finite("bits", 8),
    "A": Real(),
}

_truths = st.sampled_from([Constant(0, AT), Constant(1, AT), Reference("X", AT)])
_integers = st.integers(-20, 20).map(lambda k: Constant(k, AT)) | st.sampled_from(
    [Reference(name, AT) for name in ("X", "D", "N", "Z")]
)
_reals = st.floats(-8, 8, width=32).map(lambda x: Constant(float(x), AT)) | st.just(Reference("A", AT))


def call(operator: str, *operands: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.tuples(*operands).map(lambda parts: Call(operator, parts, AT))


_FUNCTIONS = ("round", "floor", "ceil", "sign", "exp", "log", "sqrt", "sin", "tanh", "sigmoid")


def _extend(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    comparisons = st.one_of(*(call(op, numbers, numbers) for op in ("==", "!=", "<", "<=", ">", ">=")))
    truths = _truths | comparisons
    return st.one_of(
        truths,
        *(call(op, numbers, numbers) for op in ("+", "-", "*", "/", "//", "%", "min", "max")),
        call("neg", numbers),
        call("abs", numbers),
        call("clip", numbers, st.just(Constant(-2, AT)), st.just(Constant(5, AT))),
        *(call(f, numbers) for f in _FUNCTIONS),
        *(call(op, truths, truths) for op in ("and", "or", "xor")),
        call("not", truths),
        call("if", truths, numbers, numbers),
        call("vector", truths, truths, truths),
        call("**", numbers, st.just(Constant(2, AT))),
        call("index", st.just(Reference("Z", AT)), st.sampled_from([Constant(k, AT) for k in range(3)]),
             st.just(Constant(3, AT))),
    )  # fmt: skip


def expressions(*, real: bool = True) -> st.SearchStrategy[Expression]:
    return st.recursive(_integers | _reals if real else _integers, _extend, max_leaves=12)


def values() -> st.SearchStrategy[dict[str, float]]:
    """One value for every variable."""
    return st.fixed_dictionaries(
        {
            "X": st.integers(0, 1),
            "D": st.integers(0, 9),
            "N": st.integers(-3, 3),
            "Z": st.integers(0, 7),
            "A": st.floats(-50, 50, width=32),
        }
    )


def meaning(node: Expression, at: dict[str, float]) -> float:
    """What an expression is, by Python's own floats; NaN where it has no value."""
    if isinstance(node, Constant):
        return float(node.value)
    if isinstance(node, Reference):
        return float(at[node.name])
    parts = [meaning(operand, at) for operand in node.operands]
    if node.operator != "if" and any(math.isnan(part) for part in parts):
        return math.nan
    try:
        return float(_MEANING[node.operator](*parts))
    except (ZeroDivisionError, ValueError, OverflowError):
        return math.nan


def _bit(value: float, position: float, width: float) -> int:
    return int(f"{int(value):0{int(width)}b}"[int(position)])


_MEANING = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: math.floor(a / b),
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
    "xor": lambda a, b: bool(a) != bool(b),
    "not": lambda a: not a,
    "neg": lambda a: -a,
    "if": lambda c, a, b: a if c else b,
    "vector": lambda *bits: int("".join(str(int(bool(bit))) for bit in bits), 2),
    "index": _bit,
    "min": min,
    "max": max,
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "clip": lambda x, low, high: min(max(x, low), high),
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}
