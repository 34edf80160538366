"""gID and gIDC: effects from observation and surrogate experiments."""

from __future__ import annotations

import random

import numpy as np
import pytest

from scmlang.compiler import Compilation
from scmlang.estimation.sources import columns
from scmlang.identify.estimand import Estimand, show
from scmlang.identify.hedge import Hedge, Thicket
from scmlang.identify.id import Derived, derive
from scmlang.semantics.quantities import Constant, Counterfactual, Event, Held, Probability
from tests.identify.canonical_models import CanonicalModel
from tests.identify.random_models import RandomModel, sparse_diagram


def from_experiments(text: str, experiments: list[list[str]], given: list[str] | None = None) -> Derived:
    return derive(Compilation.from_text(text).diagram, ["Y"], ["X"], given or [], experiments)


def formula(found: Derived) -> str:
    assert found.estimand is not None
    return show(found.estimand)


def test_the_experiment_itself() -> None:
    found = from_experiments("X -> Y; X <-> Y", [["X"]])
    assert formula(found) == "P(Y | do(X))"
    assert found.method == "gID"


def test_a_surrogate() -> None:
    """Bareinboim and Pearl, Causal inference by surrogate experiments (UAI 2012): do(Z) for do(X)."""
    text = "Z -> X -> Y; Z <-> X; Z <-> Y"
    assert from_experiments(text, []).estimand is None
    assert formula(from_experiments(text, [["Z"]])) == "P(Y | do(Z), X)"


def test_two_experiments_put_together() -> None:
    """Neither of them is enough alone."""
    text = "X -> A -> Y; X <-> A; A <-> Y"
    assert from_experiments(text, [["A"]]).estimand is None
    assert from_experiments(text, [["X"]]).estimand is not None
    text = "X1 -> X2 -> Y; X1 <-> X2; X1 <-> Y; X2 <-> Y"
    diagram = Compilation.from_text(text).diagram
    assert derive(diagram, ["Y"], ["X1", "X2"], [], [["X1"]]).estimand is None
    both = derive(diagram, ["Y"], ["X1", "X2"], [], [["X1"], ["X2"]])
    assert both.estimand is not None
    assert formula(both) == "P(Y | do(X2))"


def test_a_thicket_has_a_reason_for_each_source() -> None:
    found = from_experiments("X -> Z -> Y; X <-> Z; X <-> Y; Z <-> Y", [["Z"]])
    assert isinstance(found.witness, Thicket)
    assert found.witness.inner == ("Z", "Y")
    (observed, hedge), (held, none) = found.witness.hedges
    assert observed == ()
    assert isinstance(hedge, Hedge)
    assert held == ("Z",)
    assert none is None
    assert "under do(Z) {Z} is held" in str(found.witness)
    assert found.witness.regions() == hedge.regions()


def test_without_observation_an_experiment_has_to_do() -> None:
    diagram = Compilation.from_text("Z -> {X, Y}; X -> Y").diagram
    trial = derive(diagram, ["Y"], ["X"], [], [["X"]], observed=False)
    assert (trial.method, formula(trial)) == ("gID", "P(Y | do(X))")
    other = derive(diagram, ["Y"], ["X"], [], [["Z"]], observed=False)
    assert isinstance(other.witness, Thicket)
    assert str(other.witness) == "the thicket of {Z}: under do(Z) {Z} is held"
    assert other.witness.regions() == ()
    assert formula(derive(diagram, ["Y"], ["X"], ["Z"], [["Z"]], observed=False)) == "P(Y | do(Z), X)"
    with pytest.raises(ValueError, match="without observation and experiments"):
        derive(diagram, ["Y"], ["X"], observed=False)


def test_conditions_are_exchanged_too() -> None:
    found = from_experiments("Z -> X -> Y; Z <-> X; Z <-> Y; Y -> C", [["Z"]], ["C"])
    assert found.method == "gIDC"
    assert found.estimand is not None


def test_experiments_are_observed_variables() -> None:
    with pytest.raises(ValueError, match="observed"):
        from_experiments("X -> Y", [["Q"]])


def test_estimands_are_effects_in_random_models() -> None:
    rng = random.Random(7)
    helped = 0
    for seed in range(400):
        diagram = sparse_diagram(rng, rng.randint(3, 5))
        y, x, *rest = rng.sample(diagram.nodes, len(diagram.nodes))
        z = rest[: rng.randint(0, 1)]
        experiments = [rng.sample(diagram.nodes, rng.randint(1, 2)) for _ in range(rng.randint(1, 2))]
        observed = seed % 3 > 0
        found = derive(diagram, [y], [x], z, experiments, observed=observed, explain=False)
        if found.estimand is not None:
            model = RandomModel(diagram, np.random.default_rng(seed))
            assert model.error(found.estimand, model.effect([y], [x], z)) < 1e-10
            helped += uses_experiment(found.estimand)
            allowed = {frozenset(names) for names in experiments} | ({frozenset()} if observed else set())
            assert {held for held, names in columns(found.estimand).items() if names} <= allowed
    assert helped > 40


def uses_experiment(estimand: Estimand) -> bool:
    return "do(" in show(estimand)


def test_refusals_are_proved_by_models_that_agree_on_all_data() -> None:
    """In a random canonical model, a move that changes no distribution of the data changes the effect."""
    rng = random.Random(9)
    refused = unseen = 0
    for seed in range(400):
        diagram = sparse_diagram(rng, 3)
        y, x, z = rng.sample(diagram.nodes, 3)
        given = [z] if seed % 3 == 0 else []
        experiments = [] if seed % 2 else [[rng.choice(diagram.nodes)]]
        observed = seed % 4 > 0
        found = derive(diagram, [y], [x], given, experiments, observed=observed, explain=False)
        if found.estimand is not None:
            continue
        model = CanonicalModel(diagram, dict.fromkeys(diagram.nodes, 2), np.random.default_rng(seed))
        world = (Held(x, 1),)
        asked = Probability(
            (Event("=", Counterfactual(y, world), Constant(1)),),
            tuple(Event("=", Counterfactual(name, world), Constant(1)) for name in given),
        )
        assert not model.determined(asked, [tuple(do) for do in experiments], observed=observed)
        refused += 1
        unseen += not observed
    assert refused > 40
    assert unseen > 20
