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
from scmlang.identify.estimand import At, evaluate, parse, simplify
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import identify
from scmlang.semantics.quantities import Counterfactual, Held, Probability
from tests.classics.test_identification import any_model
from tests.identify.estimand.support import NAMES, Network, networks


@settings(max_examples=40, deadline=None)
@given(networks(), st.integers(0, 2**32), st.permutations(NAMES), st.booleans())
def test_the_estimand_is_the_intervention(network: Network, seed: int, order: list[str], exact: bool) -> None:
    y, x, z, w = order
    compilation = Compilation.from_text(any_model(network.diagram, np.random.default_rng(seed)))
    found = identify(network.diagram, [y, w], [x], [z])
    if isinstance(found, Hedge):
        return
    world = (Held(x, None),)
    effect = Probability((Counterfactual(y, world), Counterfactual(w, world)), (Counterfactual(z, world),))
    truth = answer(compilation.model, effect, exact=exact)
    axes = [axis.variable for axis in truth.axes]
    for estimand in (found, simplify(found, network.diagram)):
        value = evaluate(estimand, Written(compilation.model, exact=exact)).on(axes)
        if exact:
            assert (value == truth.array).all()
        else:
            np.testing.assert_allclose(value - truth.array, 0, atol=1e-10)


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
