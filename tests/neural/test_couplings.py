"""Couplings: their distributions, their posteriors, and what they say of other worlds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.exact.gumbel import joint_response
from scmlang.exact.numbers import FLOATS
from scmlang.neural.couplings import MONOTONE, CouplingLaw, GumbelMax
from scmlang.neural.labels import FLOOR
from tests.neural.support import model_of

logit_lists = st.lists(st.floats(-60, 60, width=32), min_size=1, max_size=8)


def chances(logits: list[float], n: int) -> Tensor:
    table = torch.softmax(torch.tensor(logits, dtype=torch.float64), 0)
    return (table * (1 - FLOOR * len(logits)) + FLOOR).expand(n, -1)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def couplings(levels: int) -> list[CouplingLaw]:
    return [MONOTONE, GumbelMax(levels)]


@given(logit_lists, st.integers(0, 2**32))
def test_the_response_to_abducted_noise_is_the_value(logits: list[float], seed: int) -> None:
    n = 8 * len(logits)
    p, value = chances(logits, n), torch.arange(n) % len(logits)
    for coupling in couplings(len(logits)):
        noise = coupling.abduct(p, value, seeded(seed))
        assert bool(torch.isfinite(noise).all())
        assert torch.equal(coupling.respond(p, noise), value)


@pytest.mark.parametrize("which", [0, 1], ids=["monotone", "gumbel"])
def test_posteriors_weighed_by_the_values_chances_are_the_prior(which: int) -> None:
    """P(noise) = Σ_v P(noise | v) P(v), on each number of the noise and on the spacings of two."""
    n, logits = 40_000, [0.5, -1.0, 1.5]
    p = chances(logits, n)
    coupling = couplings(3)[which]
    value = torch.multinomial(p[0], n, True, generator=seeded(1))
    noise = coupling.abduct(p, value, seeded(2)).reshape(n, -1).numpy()
    prior = stats.uniform() if which == 0 else stats.gumbel_r()
    for column in noise.T:
        assert stats.kstest(column, prior.cdf).pvalue > 1e-3
    if which == 1:  # the difference of two independent Gumbels is logistic
        assert stats.kstest(noise[:, 0] - noise[:, 1], "logistic").pvalue > 1e-3


@pytest.mark.parametrize("which", [0, 1], ids=["monotone", "gumbel"])
def test_the_prior_has_the_distribution_that_is_learned(which: int) -> None:
    n = 40_000
    p, coupling = chances([0.5, -1.0, 1.5], n), couplings(3)[which]
    found = torch.bincount(coupling.respond(p, coupling.draw(n, seeded())), minlength=3).numpy()
    assert stats.chisquare(found, n * p[0].numpy()).pvalue > 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_gumbel_counterfactuals_are_those_of_the_exact_engine(seed: int) -> None:
    """P(V' = j | V = i), by the truncated posterior and by integrals in closed form."""
    n, levels = 40_000, 4
    rows = torch.randn(2, levels, dtype=torch.float64, generator=seeded(seed)) * 1.5
    p, q = (chances(row.tolist(), n) for row in rows)
    joint = np.asarray(joint_response(p[:1].numpy(), q[:1].numpy(), FLOATS))[0, 0]
    coupling = GumbelMax(levels)
    for i in range(levels):
        noise = coupling.abduct(p, torch.full((n,), i), seeded(10 + i))
        found = torch.bincount(coupling.respond(q, noise), minlength=levels).numpy()
        wanted = joint[i] / joint[i].sum()
        assert found[wanted < 1e-9].sum() == 0
        assert np.all(np.abs(found / n - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / n) + 1e-9)


@given(logit_lists, st.data())
def test_gumbel_is_counterfactually_stable(logits: list[float], data: st.DataObject) -> None:
    """From i to j only where the odds of j against i have risen (Oberst and Sontag, definition 5)."""
    levels, n = len(logits), 4 * len(logits)
    others = data.draw(st.lists(st.floats(-60, 60, width=32), min_size=levels, max_size=levels))
    p, q, value = chances(logits, n), chances(others, n), torch.arange(n) % levels
    coupling = GumbelMax(levels)
    moved = coupling.respond(q, coupling.abduct(p, value, seeded(levels)))
    rows = torch.arange(n)
    odds = [(table[rows, moved] / table[rows, value]).numpy() for table in (p, q)]
    assert bool(np.all((moved == value).numpy() | (odds[1] >= odds[0] * (1 - 1e-9))))


@pytest.mark.parametrize("type", ["table", "mlp(hidden=[4]"])
def test_the_option_says_which(type: str) -> None:
    call = f"{type}, coupling=gumbel)" if "(" in type else f"{type}(coupling=gumbel)"
    model = model_of(f"X: binary\nC: {{r, g, b}}\nX -> C\nmechanism C: {call}\n")
    assert model.mechanism("C").draw_noise(5, seeded()).shape == (5, 3)
    assert model.mechanism("X").draw_noise(5, seeded()).shape == (5,)


def test_a_real_variable_has_no_coupling() -> None:
    with pytest.raises(ScmError) as error:
        _ = Compilation.from_text("X: real\nmechanism X: mlp(coupling=gumbel)\n").model
    assert [d.code for d in error.value.diagnostics] == ["E063"]
    assert "finitely many levels" in error.value.diagnostics[0].message
