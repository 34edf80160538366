"""Label mechanisms: distributions, responses, and the posterior of their private noise."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from scmlang.neural.embeddings import LevelAutoencoder, RealAutoencoder
from scmlang.neural.labels import CategoricalMechanism, NormalNetwork, Parents
from tests.neural.support import model_of, random_images, random_labels, randomise

MIXED = """
model Mixed
A: real
X: {p, q, r}
Y: 2..6
B: real
I: image(1, 8, 8)
A -> X
X -> {Y, B}
A -> B
X <-> Y
Y <-> B
{X, Y} -> I
mechanism X, Y: mlp(hidden=[8])
"""
TABLES = """
model Tables
X: {p, q, r}
Y: 0..4
X -> Y
X <-> Y
mechanism X, Y: table(shared=3)
"""
READING = """
model Reading
X: {p, q, r}
I: image(1, 8, 8)
X -> I
mechanism X: cnn(hidden=[4])
"""


class Fixed(CategoricalMechanism):
    """The same logits in every row."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.row = nn.Parameter(logits)

    def logits(self, parents: Parents, shared: Tensor, image: Tensor | None) -> Tensor:
        return self.row.expand(len(shared), -1)


def fixed(values: list[float]) -> Fixed:
    return Fixed(torch.tensor(values))


def no_shared(n: int) -> Tensor:
    return torch.zeros(n, 0, dtype=torch.int64)


logit_lists = st.lists(st.floats(-60, 60, width=32), min_size=1, max_size=12)


@given(logit_lists, st.integers(0, 2**32))
def test_the_response_to_abducted_noise_is_the_value(logits: list[float], seed: int) -> None:
    """However unlikely the value: the evidence is what happened."""
    mechanism, n = fixed(logits), 8 * len(logits)
    value = torch.arange(n) % len(logits)
    noise = mechanism.abduct(value, {}, no_shared(n), None, torch.Generator().manual_seed(seed))
    assert bool(((noise >= 0) & (noise < 1)).all())
    assert torch.equal(mechanism.respond(noise, {}, no_shared(n), None), value)


@given(logit_lists)
def test_the_response_to_a_uniform_has_the_softmax_as_its_distribution(logits: list[float]) -> None:
    """Integrated over a midpoint grid of u: each level's share is its probability, up to the grid."""
    mechanism, n = fixed(logits), 4000
    u = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    levels = mechanism.respond(u, {}, no_shared(n), None)
    share = torch.bincount(levels, minlength=len(logits)).double() / n
    wanted = torch.softmax(torch.tensor(logits, dtype=torch.float64), 0)
    assert (share - wanted).abs().max() <= 2 / n


@given(logit_lists)
def test_the_response_is_monotone_in_the_noise(logits: list[float]) -> None:
    u = torch.linspace(0, 1, 501, dtype=torch.float64)[:-1]
    levels = fixed(logits).respond(u, {}, no_shared(500), None)
    assert bool((levels.diff() >= 0).all())
    assert levels.min() >= 0
    assert levels.max() < len(logits)


@given(logit_lists)
def test_probabilities_sum_to_one(logits: list[float]) -> None:
    n = len(logits)
    log_prob = fixed(logits).log_prob(torch.arange(n), {}, no_shared(n), None)
    assert math.isclose(float(log_prob.detach().exp().sum()), 1, rel_tol=1e-5)


def test_abducted_noise_is_uniform_on_the_levels_interval() -> None:
    mechanism, n = fixed([0.0, 1.0, -1.0]), 20_000
    value = torch.ones(n, dtype=torch.int64)
    noise = mechanism.abduct(value, {}, no_shared(n), None, torch.Generator().manual_seed(0))
    upper = mechanism.cumulative({}, no_shared(1), None)[0]
    unit = (noise - upper[0]) / (upper[1] - upper[0])
    quantiles = torch.quantile(unit, torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64))
    torch.testing.assert_close(
        quantiles, torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64), atol=0.02, rtol=0
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [(MIXED, "X"), (MIXED, "Y"), (TABLES, "X"), (TABLES, "Y"), (READING, "X")],
    ids=["mlp", "mlp-shared", "table-root", "table", "cnn"],
)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_finite_mechanism_keeps_these_laws(text: str, name: str, seed: int) -> None:
    model = randomise(model_of(text), seed)
    plan, mechanism = model.plan.label(name), model.mechanism(name)
    n = 32
    labels = random_labels(model.plan, n, seed)
    parents = {parent: labels[parent] for parent in plan.parents}
    generator = torch.Generator().manual_seed(seed)
    states = [model.plan.shared[i].states for i in plan.shared]
    shared = torch.stack([torch.randint(s, (n,), generator=generator) for s in states], 1) if states else None
    shared = no_shared(n) if shared is None else shared
    image = random_images((1, 8, 8), n, seed) if mechanism.reads_image else None
    with torch.no_grad():
        noise = mechanism.abduct(labels[name], parents, shared, image, generator)
        assert torch.equal(mechanism.respond(noise, parents, shared, image), labels[name])
        assert isinstance(mechanism, CategoricalMechanism)
        size = mechanism.logits(parents, shared, image).shape[1]
        total = sum(
            mechanism.log_prob(torch.full((n,), level), parents, shared, image).exp() for level in range(size)
        )
    torch.testing.assert_close(total, torch.ones(n), atol=1e-5, rtol=0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_real_mechanism_inverts_its_noise_and_is_normalised(seed: int) -> None:
    model = randomise(model_of(MIXED), seed, 0.2)
    own = model.autoencoder("B")
    assert isinstance(own, RealAutoencoder)
    own.location.fill_(100.0)
    own.scale.fill_(7.0)
    mechanism, n = model.mechanism("B"), 16
    assert isinstance(mechanism, NormalNetwork)
    labels = random_labels(model.plan, n, seed)
    parents = {name: labels[name] for name in model.plan.label("B").parents}
    shared = torch.randint(16, (n, 1))
    value = 100 + 7 * labels["B"]
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        noise = mechanism.abduct(value, parents, shared, None, generator)
        back = mechanism.respond(noise, parents, shared, None)
        torch.testing.assert_close(back, value, atol=1e-3, rtol=1e-4)
        location = mechanism.respond(torch.zeros(n), parents, shared, None)
        scale = mechanism.respond(torch.ones(n), parents, shared, None) - location
        wanted = torch.distributions.Normal(location.double(), scale.double()).log_prob(value.double())
        found = mechanism.log_prob(value, parents, shared, None)
    torch.testing.assert_close(found.double(), wanted, atol=1e-3, rtol=1e-3)


def test_noise_priors_are_the_languages_own() -> None:
    model = model_of(MIXED)
    generator = torch.Generator().manual_seed(0)
    uniform = model.mechanism("X").draw_noise(20_000, generator)
    assert abs(float(uniform.mean()) - 0.5) < 0.01
    assert bool(((uniform >= 0) & (uniform < 1)).all())
    normal = model.mechanism("B").draw_noise(20_000, generator)
    assert abs(float(normal.mean())) < 0.03
    assert abs(float(normal.std()) - 1) < 0.03


def test_the_states_of_shared_noise_start_apart() -> None:
    """Equal rows would get equal gradients for ever, and U would explain nothing."""
    model = model_of(TABLES)
    with torch.no_grad():
        joint, _ = model.log_joint(("X", "Y"), random_labels(model.plan, 4), None)
    assert joint.std(1).min() > 1e-3


def test_the_level_autoencoder_learns_its_levels() -> None:
    torch.manual_seed(0)
    part = LevelAutoencoder(7, 16)
    value = torch.arange(7)
    optimizer = torch.optim.Adam(part.parameters(), 0.02)
    for _ in range(150):
        terms = part.losses(value, part.decode(value))
        loss = terms.reconstruction + terms.classification + terms.level
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    vectors = part.decode(value)
    assert torch.equal(part.encode(vectors).argmax(1), value)
    assert float(loss.detach()) < 0.05
    torch.testing.assert_close(part.round_trip(vectors), vectors, atol=0.3, rtol=0)


def test_the_terms_of_the_real_autoencoder_are_in_standard_units() -> None:
    torch.manual_seed(0)
    part = RealAutoencoder(8)
    standard = torch.randn(32)
    plain = part.losses(standard, part.decode(standard))
    part.location.fill_(50.0)
    part.scale.fill_(10.0)
    moved = part.losses(50 + 10 * standard, part.decode(50 + 10 * standard))
    for name in ("reconstruction", "classification", "level"):
        torch.testing.assert_close(getattr(moved, name), getattr(plain, name), atol=1e-4, rtol=1e-3)
    assert float(part.standardise(torch.tensor(60.0))) == 1.0


def test_a_level_owns_the_lower_end_of_its_interval() -> None:
    """V = min{k : F(k) > u}: where u is F(k − 1) exactly, V is k."""
    mechanism = fixed([0.3, -1.0, 2.0, 0.0])
    upper = mechanism.cumulative({}, no_shared(1), None)[0].detach()
    u = torch.cat([torch.zeros(1, dtype=torch.float64), upper[:-1]])
    assert mechanism.respond(u, {}, no_shared(4), None).tolist() == [0, 1, 2, 3]
