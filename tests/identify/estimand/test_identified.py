"""What identification finds on random diagrams, simplified, factorised: still the truncated factorisation."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from scmlang.diagram import Diagram
from scmlang.identify.estimand import Table, evaluate, factorised, parse, same, show, simplify
from scmlang.identify.hedge import Hedge
from scmlang.identify.id import identify
from tests.identify.estimand.support import Network


def disagreement(seed: int) -> float | None:
    """The largest error of the forms of a random estimand; None where the effect is not identifiable."""
    chance = Random(seed)
    names = "ABCDEFG"[: chance.randint(4, 7)]
    causes = chance.sample(names, len(names))
    pairs = [(a, b) for i, a in enumerate(causes) for b in causes[i + 1 :]]
    arrows, arcs = ([pair for pair in pairs if chance.random() < share] for share in (0.45, 0.2))
    diagram = Diagram.of(names, arrows, arcs)
    order = chance.sample(names, len(names))
    y, x, z = (order[a:b] for a, b in ((0, chance.randint(1, 2)), (2, 3), (3, 3 + chance.randint(0, 1))))
    found = identify(diagram, y, x, z)
    if isinstance(found, Hedge):
        return None
    network = Network(diagram, seed, sizes=dict.fromkeys(names, 2))
    joint = network.joint((*y, *z), tuple(x))
    truth = joint.array / joint.array.sum(axis=tuple(range(len(y))), keepdims=True) if z else joint.array
    simple = simplify(found, diagram)
    assert same(parse(show(simple)), simple)
    forms = (found, simple, factorised(found, diagram))
    return max(_error(evaluate(form, network), Table(joint.symbols, truth)) for form in forms)


def _error(found: Table, truth: Table) -> float:
    axes = (*truth.symbols, *(s for s in found.symbols if s not in truth.symbols))
    return float(np.abs(found.on(axes) - truth.on(axes)).max())


@pytest.mark.parametrize("part", range(3))
def test_forms_of_identified_effects(part: int) -> None:
    errors = [disagreement(seed) for seed in range(60 * part, 60 * part + 60)]
    identified = [error for error in errors if error is not None]
    assert len(identified) > 30
    assert max(identified) < 1e-10
