"""The label part as a causal model: likelihood, posterior, counterfactuals, against brute force."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor

from scmlang.neural.abduction import abduct, predict, shared_posterior
from scmlang.neural.ncm import NeuralCausalModel
from tests.neural.strategies import CHAIN, THREE_WAY, TWO_CLIQUES, admgs
from tests.neural.support import configurations, model_of, random_labels, randomise

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 1000)


def with_examples(test):
    for text in (THREE_WAY, TWO_CLIQUES, CHAIN):
        test = example(text, 1)(test)
    return test


def states(model: NeuralCausalModel) -> Tensor:
    """Every joint state of all shared noise, ``[S, k]``."""
    every = list(product(*(range(noise.states) for noise in model.plan.shared)))
    return torch.tensor(every, dtype=torch.int64).reshape(len(every), -1)


def joint(model: NeuralCausalModel, labels: dict[str, Tensor], do: frozenset[str] = frozenset()) -> Tensor:
    """P(u) Π_V P(v | pa, u) over every row and every state, ``[n, S]``; do's factors are left out."""
    every, n = states(model), len(next(iter(labels.values())))
    total = torch.zeros(n, len(every), dtype=torch.float64)
    for column, logits in enumerate(model.shared.logits):
        total += torch.log_softmax(logits.double(), 0)[every[:, column]]
    for plan in model.plan.labels:
        for s, state in enumerate(every):
            if plan.name in do:
                continue
            shared = state[list(plan.shared)].expand(n, -1)
            parents = {name: labels[name] for name in plan.parents}
            total[:, s] += model.mechanism(plan.name).log_prob(labels[plan.name], parents, shared, None)
    return total.exp()


@with_examples
@few
@given(admgs(), seeds)
def test_the_likelihood_sums_to_one_and_is_the_brute_force_sum(text: str, seed: int) -> None:
    model = randomise(model_of(text), seed)
    labels = configurations(model.plan)
    with torch.no_grad():
        likelihood = model.log_likelihood(labels).double().exp()
        wanted = joint(model, labels).sum(1)
    assert abs(float(likelihood.sum()) - 1) < 1e-5
    torch.testing.assert_close(likelihood, wanted, atol=1e-6, rtol=1e-4)


@with_examples
@few
@given(admgs(), seeds)
def test_the_posterior_of_shared_noise_is_bayes_rule(text: str, seed: int) -> None:
    """P(u_C | v) of a component is the whole model's posterior, the other components summed out."""
    model = randomise(model_of(text), seed)
    labels = configurations(model.plan)
    with torch.no_grad():
        whole = joint(model, labels)
        whole = whole / whole.sum(1, keepdim=True)
        for component in model.plan.components:
            found, own = shared_posterior(model, component, labels, None)
            used = sorted({i for name in component for i in model.plan.label(name).shared})
            same = (states(model)[:, None, used] == own[None, :, used]).all(2)
            torch.testing.assert_close(found, whole @ same.double(), atol=1e-5, rtol=1e-3)


def test_components_of_random_models_share_no_noise() -> None:
    model = model_of(TWO_CLIQUES)
    assert {noise.members for noise in model.plan.shared} == {("V", "W", "X"), ("X", "Y")}
    assert model.plan.label("X").shared == (0, 1)


MIXED = ("real", "binary", "{a, b, c}")


@few
@given(admgs(domains=MIXED), seeds, st.data())
def test_predictions_are_consistent(text: str, seed: int, data: st.DataObject) -> None:
    """do(X = its factual value) is the factual world, bit for bit, whatever X is."""
    model = randomise(model_of(text), seed, 0.5)
    names = [label.name for label in model.plan.labels]
    chosen = data.draw(st.sets(st.sampled_from(names)))
    labels = random_labels(model.plan, 16, seed)
    noise = abduct(model, labels, None, torch.Generator().manual_seed(seed))
    world = predict(model, noise, labels, {name: labels[name].clone() for name in chosen})
    assert all(torch.equal(world[name], labels[name]) for name in names)


@few
@given(admgs(domains=MIXED), seeds, st.data())
def test_predictions_keep_non_descendants_and_compose(text: str, seed: int, data: st.DataObject) -> None:
    """Composition (Pearl, Causality, section 7.3.1): W_x = w implies Y_{x,w} = Y_x; and effectiveness."""
    model = randomise(model_of(text), seed, 0.5)
    names = [label.name for label in model.plan.labels]
    labels = random_labels(model.plan, 16, seed)
    noise = abduct(model, labels, None, torch.Generator().manual_seed(seed))
    act = {data.draw(st.sampled_from(names)): None}
    (x,) = act
    do = {x: random_labels(model.plan, 16, seed + 1)[x]}
    world = predict(model, noise, labels, do)
    assert torch.equal(world[x], do[x])
    reached = model.plan.descendants(frozenset(do))
    assert all(torch.equal(world[name], labels[name]) for name in names if name not in reached)
    for w in names:
        again = predict(model, noise, labels, {**do, w: world[w]})
        for name in names:
            torch.testing.assert_close(again[name], world[name], atol=1e-5, rtol=1e-5)


@few
@given(admgs(), seeds)
def test_abducted_noise_explains_the_evidence(text: str, seed: int) -> None:
    model = randomise(model_of(text), seed)
    labels = random_labels(model.plan, 32, seed)
    noise = abduct(model, labels, None, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for plan in model.plan.labels:
            assert torch.equal(model.respond(plan.name, noise, labels), labels[plan.name])


def test_abduction_draws_from_the_posterior() -> None:
    model = randomise(model_of(THREE_WAY), 3)
    row = {"V": torch.tensor([1]), "W": torch.tensor([0]), "X": torch.tensor([1])}
    posterior, own = shared_posterior(model, ("V", "W", "X"), row, None)
    many = {name: value.expand(20_000) for name, value in row.items()}
    noise = abduct(model, many, None, torch.Generator().manual_seed(0))
    drawn = torch.stack([(noise.shared == state).all(1).double().mean() for state in own])
    torch.testing.assert_close(drawn, posterior[0], atol=0.015, rtol=0)


@pytest.mark.parametrize("text", [CHAIN, TWO_CLIQUES], ids=["chain", "cliques"])
@pytest.mark.parametrize("target", [None, "V", "X"])
def test_sampled_frequencies_agree_with_exact_enumeration(text: str, target: str | None) -> None:
    """Total variation between 40,000 draws of P(v | do(x)) and the truncated factorisation."""
    model, n = randomise(model_of(text), 5), 40_000
    every = configurations(model.plan)
    do = {target: torch.ones(n, dtype=torch.int64)} if target else {}
    with torch.no_grad():
        exact = joint(model, every, frozenset(do)).sum(1)
        drawn = model.sample_labels(n, do, torch.Generator().manual_seed(0))
    if target:
        exact = exact * (every[target] == 1)
    assert abs(float(exact.sum()) - 1) < 1e-5
    sizes = [int(every[label.name].max()) + 1 for label in model.plan.labels]
    code = torch.zeros(n, dtype=torch.int64)
    for label, size in zip(model.plan.labels, sizes, strict=True):
        code = code * size + drawn[label.name]
    share = torch.bincount(code, minlength=len(exact)).double() / n
    assert 0.5 * float((share - exact).abs().sum()) < 0.5 * (len(exact) / n) ** 0.5


def test_sampling_follows_its_seed_only() -> None:
    model = randomise(model_of(CHAIN), 5)
    with torch.no_grad():
        first = model.sample_labels(50, {}, torch.Generator().manual_seed(4))
        torch.manual_seed(99)
        again = model.sample_labels(50, {}, torch.Generator().manual_seed(4))
    assert all(torch.equal(first[name], again[name]) for name in first)
