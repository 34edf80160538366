"""Agreement with pyAgrum and pgmpy, where they are installed (the extra ``bench``).

Both are asked by what is right in them: elimination on the network whose arcs into X are cut. Their own
causal queries are not, where there is evidence beside the intervention (pgmpy's issue 3543; pyAgrum's IDC).
"""

from __future__ import annotations

import random

import pytest

pyagrum = pytest.importorskip("pyagrum")
pytest.importorskip("pgmpy")

from pgmpy.inference import VariableElimination  # noqa: E402

from benchmarks.exact import network, surgery, to_pgmpy, to_pyagrum, to_scmlang  # noqa: E402
from tests.exact.systems import ask  # noqa: E402

TOLERANCE = 1e-10


@pytest.mark.parametrize("part", range(8))
def test_random_networks_agree(part: int) -> None:
    for seed in range(26 * part, 26 * (part + 1)):
        chance = random.Random(seed)
        net = network(chance.choice(["random", "windowed"]), chance.randint(3, 14), seed)
        x, y, z = chance.sample(list(net.parents), 3)
        model, bn, bayes = to_scmlang(net), to_pyagrum(net), to_pgmpy(net)
        for held, evidence in (({}, {}), ({}, {z: 1}), ({x: 1}, {}), ({x: 0}, {z: 1})):
            conditions = [f"do({x}={held[x]})"] if held else []
            conditions += [f"{name}={value}" for name, value in evidence.items()]
            bar = " | " + ", ".join(conditions) if conditions else ""
            found = ask(f"P({y}=1{bar})", model, exact=False).value
            known = evidence | held
            engine = pyagrum.LazyPropagation(surgery(bn, x) if held else bn)
            engine.setEvidence(known)
            engine.makeInference()
            assert found == pytest.approx(float(engine.posterior(y)[1]), abs=TOLERANCE)
            cut = bayes.do([x]) if held else bayes
            theirs = VariableElimination(cut).query([y], evidence=known or None, show_progress=False)
            assert found == pytest.approx(float(theirs.values[1]), abs=TOLERANCE)
