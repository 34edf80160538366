"""Estimands of random models, evaluated on the model itself: the numbers of the intervention."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.estimation.written import Written
from scmlang.exact.engine import answer
from scmlang.identify.estimand import At, evaluate, free, parse, simplify
from scmlang.identify.id import identify
from scmlang.semantics.quantities import Counterfactual, Held, Probability
from tests.identify.test_id import graphs, model_text

WEIGHTS = st.lists(st.integers(1, 6), min_size=8, max_size=8)


@settings(max_examples=40, deadline=None)
@given(graphs(), WEIGHTS, st.permutations("ABCD"), st.booleans())
def test_the_estimand_is_the_intervention(
    graph: tuple[list[tuple[str, str]], list[tuple[str, str]]],
    weights: list[int],
    order: list[str],
    exact: bool,
) -> None:
    y, x, z, w = order
    compilation = Compilation.from_text(model_text(*graph, weights))
    found = identify(compilation.diagram, [y, w], [x], [z])
    if not hasattr(found, "inner"):
        effect = Probability(
            tuple(Counterfactual(v, (Held(x, None),)) for v in (y, w)),
            (Counterfactual(z, (Held(x, None),)),),
        )
        truth = answer(compilation.model, effect, exact=exact)
        axes = [axis.variable for axis in truth.axes]
        for estimand in (found, simplify(found, compilation.diagram)):
            table = evaluate(estimand, Written(compilation.model, exact=exact))
            wanted = [*axes, *sorted(free(estimand) - set(axes))]
            value = table.on(wanted)
            truth_here = truth.array.reshape(truth.array.shape + (1,) * (value.ndim - truth.array.ndim))
            if exact:
                assert (value - truth_here == 0).all()
            else:
                np.testing.assert_allclose(value - truth_here, 0, atol=1e-10)


SIMPSON = """\
Z, X, Y: binary
Z ~ bernoulli(0.4)
X ~ bernoulli(0.2 + 0.6 * Z)
Y ~ bernoulli(0.1 + 0.3 * X + 0.4 * Z)
"""


def test_fractions_stay_fractions() -> None:
    written = Written(Compilation.from_text(SIMPSON).model, exact=True)
    assert evaluate(parse("sum_{Z} P(Y=1 | X=1, Z) P(Z)"), written).array.item() == Fraction(56, 100)
    assert evaluate(parse("P(Y=1 | do(X=1))"), written).array.item() == Fraction(56, 100)
    effect = "sum_{Z} E(Y | X=1, Z) P(Z) - sum_{Z} E(Y | X=0, Z) P(Z)"
    assert evaluate(parse(effect), written).array.item() == Fraction(3, 10)


def test_a_value_that_is_no_level() -> None:
    written = Written(Compilation.from_text(SIMPSON).model)
    with pytest.raises(ValueError, match="no level"):
        written.index(At("X", 2))
