"""Asking again: a network that is kept answers as one made afresh does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exact.shapes import shape
from scmlang.semantics.model import CausalModel
from tests.exact.systems import System, ask, probability, systems


def outcome(text: str, model: CausalModel, *, exact: bool) -> object:
    """The numbers of an answer, or the code of the problem."""
    try:
        return ask(text, model, exact=exact).array.tolist()
    except ScmError as error:
        return error.diagnostics[0].code


@settings(max_examples=25, deadline=None)
@given(systems())
def test_asking_again_with_other_values_is_asking_afresh(system: System) -> None:
    kept = system.model
    x, y = system.names(2)
    z = system.names(1)[0]
    for _ in range(4):
        text = f"P({y}[{system.held(x)}]={system.chance.randrange(system.sizes[y])}, {y}[{system.held(x)}] "
        text += f"| {system.held(x)}, {system.held(z)})"
        for exact in (False, True):
            found, fresh = (outcome(text, model, exact=exact) for model in (kept, system.model))
            if isinstance(found, str) or isinstance(fresh, str):
                assert found == fresh
            else:
                np.testing.assert_allclose(np.array(found, float), np.array(fresh, float), rtol=1e-12)


_LINE = "\n".join(
    ["V0: binary", "V0 ~ bernoulli(0.3)"]
    + [f"V{i}: binary\nV{i} ~ bernoulli(0.1 + 0.7 * V{i - 1})" for i in range(1, 30)]
)


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("P(V9=1 | do(V3=1))", "P(V9=0 | do(V3=0))", True),
        ("P(V9[V3=1]=1 | V3=0)", "P(V9[V3=0]=1 | V3=0)", True),
        ("P(V9[V3=1]=1, V9[V3=0]=1)", "P(V9[V3=1]=1, V9[V3=1]=1)", False),
        ("P(V9=1)", "P(V8=1)", False),
        ("P(V9=1)", "P(V9<=1)", False),
    ],
)
def test_queries_of_one_shape_differ_in_values_alone(first: str, second: str, one: bool) -> None:
    model = Compilation.from_text(_LINE).model
    shapes = [shape(probability(text, model), model, settings=True).term for text in (first, second)]
    assert (shapes[0] == shapes[1]) is one


def test_threads_may_ask_at_once() -> None:
    model = Compilation.from_text(_LINE).model
    texts = [f"P(V29=1 | do(V{k}={v}), V20={w})" for k in (3, 5) for v in (0, 1) for w in (0, 1)]
    expected = {text: ask(text, Compilation.from_text(_LINE).model, exact=False).value for text in texts}
    many = Random(0).choices(texts, k=400)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: ask(text, model, exact=False).value, many))
    assert found == pytest.approx([expected[text] for text in many], rel=1e-12)
