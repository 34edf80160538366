"""The laws of structural causal models, each on random ones, in fractions: equal means equal.

Names are those of Galles and Pearl, "An axiomatic characterization of causal counterfactuals" (Foundations of
Science, 1998), and of Pearl, "Causality" (2009), section 7.3.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from scmlang.diagnostics import ScmError
from scmlang.exact.engine import answer
from scmlang.semantics.model import CausalModel
from tests.exact.oracle import Oracle
from tests.exact.systems import System, ask, possible_question, systems

MODELS = 300  # for each of the laws


def possible(event: str, model: CausalModel) -> bool:
    return ask(f"P({event})", model).value != 0


def ancestors(name: str, model: CausalModel) -> set[str]:
    found: set[str] = set()
    rest = [name]
    while rest:
        new = set(model.parents[rest.pop()]) - found
        found |= new
        rest.extend(new)
    return found


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_consistency(system: System) -> None:
    """X = x implies V_x = V, for all other V at once."""
    model = system.model
    x, *others = system.names(4)
    held = system.held(x)
    if possible(held, model):
        same = ", ".join(f"{v}[{held}] = {v}" for v in others)
        assert ask(f"P({same} | {held})", model).value == 1


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_effectiveness(system: System) -> None:
    """X_{xw} = x, given whatever happened."""
    model = system.model
    x, w = system.names(2)
    held = system.held(x)
    evidence = system.held(system.names(1)[0])
    condition = f" | {evidence}" if possible(evidence, model) else ""
    assert ask(f"P({x}[{held}, {system.held(w)}] = {held[2:]}{condition})", model).value == 1


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_composition(system: System) -> None:
    """W_x = w implies Y_{xw} = Y_x; so W held at what it is under x, whatever that is, changes nothing."""
    model = system.model
    x, w = system.names(2)
    y = system.chance.choice(list(system.sizes))
    first, second = system.held(x), system.held(w)
    assert ask(f"P({y}[{first}, {w}[{first}]] = {y}[{first}])", model).value == 1
    evidence = f"{w}[{first}] = {second[2:]}"
    if possible(evidence, model):
        assert ask(f"P({y}[{first}, {second}] = {y}[{first}] | {evidence})", model).value == 1


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_no_intervention_is_observation(system: System) -> None:
    """P(Y) = sum_x P(Y_x, x) = sum of P(V) over the rest; each is another network."""
    model = system.model
    x, y = system.names(2)
    observed = ask(f"P({y})", model).array
    joint = ask(f"P({x}, {y})", model).array
    assert (joint.sum(axis=0) == observed).all()
    for level in range(system.sizes[x]):
        held = ask(f"P({y}[{x}={level}], {x}={level})", model).array
        assert (held == joint[level]).all()


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_what_is_no_cause_has_no_effect(system: System) -> None:
    """Y_x = Y where X is no ancestor of Y, which of any two variables one is not."""
    model = system.model
    pair = system.names(2)
    free = [(x, y) for x, y in (pair, pair[::-1]) if x not in ancestors(y, model)]
    assert free
    for x, y in free:
        held = system.held(x)
        assert ask(f"P({y}[{held}] = {y})", model).value == 1
        assert (ask(f"P({y} | do({held}))", model).array == ask(f"P({y})", model).array).all()


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_what_is_no_parent_has_no_effect_beside_the_parents(system: System) -> None:
    """Y_{pa,z} = Y_{pa} for every other Z: the exclusion restrictions."""
    model = system.model
    z, y = system.names(2)
    causes = ", ".join(system.held(p) for p in model.parents[y] if p in system.sizes and p != z)
    if z not in model.parents[y]:
        before = f"{y}[{causes}]" if causes else y
        after = f"{y}[{', '.join(filter(None, [causes, system.held(z)]))}]"
        assert ask(f"P({after} = {before})", model).value == 1


@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_distributions_sum_to_one_and_to_their_margins(system: System) -> None:
    model = system.model
    first, *others, known = (system.counterfactual(name) for name in system.names(4))
    certain = ask(f"P({known})", model).array != 0
    joint = ask(f"P({', '.join([first, *others])} | {known})", model).array
    margin = ask(f"P({first} | {known})", model).array
    within = tuple(range(1, 1 + len(others)))
    assert (joint[..., certain].sum(axis=within) == margin[..., certain]).all()
    assert (margin[..., certain].sum(axis=0) == 1).all()
    assert all(cell is None for cell in margin[..., ~certain].flat)


@pytest.mark.slow
@settings(max_examples=MODELS, deadline=None)
@given(systems())
def test_enumeration_of_every_unit_agrees(system: System) -> None:
    """To 1e-12, in floats and in fractions; rare evidence magnifies the rounding of the oracle itself."""
    model = system.model
    oracle = Oracle(model)
    asked = [system.event() for _ in range(system.chance.randint(1, 2))]
    given_ = [system.event() for _ in range(system.chance.randint(0, 2))]
    text = f"P({', '.join(asked)}{' | ' if given_ else ''}{', '.join(given_)})"
    node = possible_question(text, model)
    if node is None:
        return
    mass = oracle.mass(node.given)
    if mass < 1e-14:
        with pytest.raises(ScmError, match="E262"):
            answer(model, node, exact=True)
        return
    found, rational = answer(model, node).value, answer(model, node, exact=True).value
    assert abs(found - float(rational)) <= 1e-12
    assert abs(oracle.value(node) - float(rational)) <= 1e-12 / min(1, 1000 * mass)
