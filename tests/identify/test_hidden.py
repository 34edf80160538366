"""Latent variables in several worlds: what coincides with an observed response is decided as that is."""

from __future__ import annotations

import pytest

import scmlang
from scmlang.diagnostics.base import ScmError
from scmlang.witness import witness_of
from tests.exact.oracle import Oracle

THROUGH = """
latent L: binary
X, Z, Y, W: binary
Z ~ bernoulli(0.4)
X ~ bernoulli(0.2 + 0.5 * Z)
L ~ bernoulli(0.1 + 0.7 * X)
Y ~ bernoulli(0.1 + 0.5 * L + 0.3 * Z)
W ~ bernoulli(0.3 + 0.2 * Z)
"""


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("P(Y[L[X=0]]=1 | X=1)", "P(Y[X=0]=1 | X=1)"),
        ("E(Y[X=1, L[X=0]] - Y[X=1])", "E(Y[X=0] - Y[X=1])"),
        ("P(W[L=1]=1 | Y=0)", "P(W=1 | Y=0)"),
        ("P(Y[L[X=0], Z=1]=1, W[L=0]=0)", "P(Y[X=0, Z=1]=1, W=0)"),
    ],
)
def test_a_latent_mediator_marginalises_away(query: str, same: str) -> None:
    model = scmlang.loads(THROUGH)
    one, other = model.identify(query), model.identify(same)
    assert one.identifiable is other.identifiable is True
    assert one.estimand == other.estimand
    truth = Oracle(model.compilation.model)
    values = [truth.value(model.compilation.query(text)) for text in (query, same)]
    assert values[0] == pytest.approx(values[1], abs=1e-10)


@pytest.mark.parametrize("query", ["P(Y[L=1]=1 | Y=0)", "P(Y[X=1, L[X=0]]=1, L=1)", "P(Y[L=1]=1, Y[L=0]=0)"])
def test_what_is_left_of_a_latent_is_not_called_identifiable(query: str) -> None:
    assert not scmlang.loads(THROUGH).identify(query).identifiable


def test_a_witness_is_refused_with_the_reason() -> None:
    with pytest.raises(ScmError, match=r"E356: no two models are written .* the latent `L`, which"):
        witness_of(scmlang.loads(THROUGH).compilation, "P(L=1 | Y=1)")
