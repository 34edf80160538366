"""Units with evidence, drawn from a neural causal model whose weights are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.answers import Answer, answer_exactly
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.exact.montecarlo.evidence import read_evidence
from scmlang.learned.units import LearnedProposal
from scmlang.neural.fitted import fitted
from scmlang.neural.labels import NormalNetwork
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.sampled import sample_query
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Probability
from scmlang.semantics.queries import read_query
from tests.neural.strategies import admgs
from tests.neural.support import model_of, randomise

N = 10_000
DOOR = """
D: 0..2
C: {red, green}
B: {low, middle, high}
D -> C -> B
D <-> B
mechanism D: table(shared=3)
mechanism C: mlp(hidden=[4])
mechanism B: COUPLED
"""
MONOTONE = DOOR.replace("COUPLED", "mlp(hidden=[4], shared=3)")
GUMBEL = DOOR.replace("COUPLED", "mlp(hidden=[4], shared=3, coupling=gumbel)")
QUERIES = (
    "P(B)",
    "P(B | do(C=green))",
    "P(D=1, C=red | B=high)",
    "P(B[C=green] | C=red)",
    "P(B[C=green] | D=1, C=red, B=low)",
    "P(B[D=2] | B=middle)",
    "P(B[C=red]=low | B[C=green]=high)",
    "P(B[C=red]=low | B[C=green]=high, D=1)",
    "P(B[C[D=0]]=high | D=2, B=low)",
    "P(B=low | C=green, B != high)",
    "ATE(C, B) / P(C=green)",
    "E(D | B[D=0]=middle, C=green)",
)


def sampled(neural: NeuralCausalModel, model: CausalModel, text: str, n: int = N, seed: int = 0) -> Answer:
    query = read_query(text, model)
    return sample_query(model, query, units=n, seed=seed, propose=lambda m, e: LearnedProposal(neural, m, e))  # type: ignore[arg-type]


def exactly(neural: NeuralCausalModel, text: str) -> Answer:
    return answer_exactly(Compilation.from_text(fitted(neural, "Learned").text).model, text)


def assert_agree(found: Answer, truth: Answer) -> None:
    """Every number within five standard errors, and an error of a unit or two where that is none."""
    if not found.columns:
        assert found.standard_error is not None
        assert float(found) == pytest.approx(float(truth), abs=5 * found.standard_error + 2 / N)
        return
    last = truth.columns[-1]
    for mine, record in zip(found.table, truth.table, strict=True):
        number, error = mine[last], mine["standard_error"]
        assert isinstance(number, float)
        assert isinstance(error, float)
        assert number == pytest.approx(float(record[last]), abs=5 * error + 5 / N)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [MONOTONE, GUMBEL], ids=["monotone", "gumbel"])
@pytest.mark.parametrize("query", QUERIES)
def test_estimates_are_the_exact_engines(text: str, query: str) -> None:
    neural = randomise(model_of(text), 1, 0.8)
    model = Compilation.from_text(text).model
    assert_agree(sampled(neural, model, query), exactly(neural, query))


@settings(max_examples=12, deadline=None)
@given(admgs(), st.integers(0, 10_000), st.data())
def test_random_models_and_random_evidence(text: str, seed: int, data: st.DataObject) -> None:
    neural = randomise(model_of(text), seed, 0.7)
    model = Compilation.from_text(text).model
    names = [variable.name for variable in model.observed]
    level = {v.name: v.domain.levels for v in model.observed if not v.is_image}  # type: ignore[union-attr]
    known = data.draw(st.sets(st.sampled_from(names)))
    evidence = ", ".join(f"{name}={data.draw(st.sampled_from(level[name]))}" for name in sorted(known))
    x, y = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
    query = f"P({y}[{x}={data.draw(st.sampled_from(level[x]))}]{' | ' if evidence else ''}{evidence})"
    assert_agree(sampled(neural, model, query, seed=seed), exactly(neural, query))


def weights(neural: NeuralCausalModel, model: CausalModel, text: str) -> np.ndarray:
    query = read_query(text, model)
    assert isinstance(query, Probability)
    evidence = read_evidence(model, query.given)  # type: ignore[arg-type]
    return LearnedProposal(neural, model, evidence).draw(500, np.random.default_rng(0)).log_weights


def test_with_all_labels_every_weight_is_their_likelihood() -> None:
    neural = randomise(model_of(MONOTONE), 1, 0.8)
    model = Compilation.from_text(MONOTONE).model
    found = weights(neural, model, "P(B[C=red]=low | D=1, C=red, B=high)")
    labels = {"D": torch.tensor([1]), "C": torch.tensor([0]), "B": torch.tensor([2])}
    with torch.no_grad():
        wanted = float(neural.log_likelihood(labels))
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_weights_average_to_the_chance_of_the_evidence() -> None:
    neural = randomise(model_of(MONOTONE), 1, 0.8)
    model = Compilation.from_text(MONOTONE).model
    found = np.exp(weights(neural, model, "P(D=0 | C=green, B=high)"))
    wanted = float(exactly(neural, "P(C=green, B=high)"))
    assert found.std() > 0
    assert found.mean() == pytest.approx(wanted, abs=5 * found.std() / len(found) ** 0.5)


# --- real labels


REAL = """
X: {a, b, c}
A, R: real
X -> A -> R
X <-> R
mechanism A: mlp(hidden=[4])
"""


def real_model() -> tuple[NeuralCausalModel, CausalModel]:
    return randomise(model_of(REAL), 2, 0.5), Compilation.from_text(REAL).model


def test_a_real_label_tells_of_its_cause_by_bayes_rule() -> None:
    neural, model = real_model()
    with torch.no_grad():
        levels = torch.arange(3)
        prior = torch.stack(
            [neural.log_joint(("X",), {"X": levels[[i]]}, None)[0].logsumexp(1) for i in range(3)]
        )
        likelihood = neural.mechanism("A").log_prob(
            torch.full((3,), 0.4), {"X": levels}, torch.zeros(3, 0, dtype=torch.int64), None
        )
        wanted = torch.softmax(prior[:, 0] + likelihood, 0)
    for record, p in zip(sampled(neural, model, "P(X | A=0.4)").table, wanted, strict=True):
        assert record["p"] == pytest.approx(float(p), abs=0.02)


def test_a_real_label_keeps_its_noise_in_other_worlds() -> None:
    """A = m + s e, so A[X=b] is m_b + s_b (a − m_a)/s_a, in every unit."""
    neural, model = real_model()
    mechanism, shared = neural.mechanism("A"), torch.zeros(1, 0, dtype=torch.int64)
    with torch.no_grad():
        noise = mechanism.abduct(
            torch.tensor([0.4]), {"X": torch.tensor([0])}, shared, None, torch.Generator().manual_seed(0)
        )
        wanted = float(mechanism.respond(noise, {"X": torch.tensor([1])}, shared, None))
    found = sampled(neural, model, "E(A[X=b] | X=a, A=0.4)")
    assert float(found) == pytest.approx(wanted, abs=1e-5)
    assert found.standard_error == 0
    assert float(sampled(neural, model, "E(R[X=a] | X=a, R=0.3)")) == pytest.approx(0.3, abs=1e-6)


def test_posteriors_of_shared_noise_reach_other_worlds() -> None:
    """E(R[X=b] | all labels) by the sum over u, which X and R share."""
    neural, model = real_model()
    row = {"X": torch.tensor([0]), "A": torch.tensor([0.4]), "R": torch.tensor([0.3])}
    with torch.no_grad():
        joint, states = neural.log_joint(("X", "R"), row, None)
        posterior = torch.softmax(joint[0].double(), 0)
        mechanism, m = neural.mechanism("R"), len(states)
        parents = {"A": row["A"].expand(m)}
        noise = mechanism.abduct(row["R"].expand(m), parents, states, None, torch.Generator())
        moved = mechanism.respond(noise, {"A": torch.full((m,), -1.0)}, states, None)
    found = sampled(neural, model, "E(R[A=-1] | X=a, A=0.4, R=0.3)")
    assert found.standard_error is not None
    assert float(found) == pytest.approx(float(posterior @ moved.double()), abs=5 * found.standard_error)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("P(X=a | A > 1000)", "E280"),
        ("P(X=a | A=0.4, A > 1)", "E280"),
        ("P(X=a | A=0.4, A < 0.4)", "E280"),
        ("P(X=a | A=0.1, A[X=b]=0.2)", "E282"),
        ("P(A)", "E260"),
    ],
)
def test_what_has_no_estimate_is_refused(query: str, code: str) -> None:
    neural, model = real_model()
    with pytest.raises(ScmError) as error:
        sampled(neural, model, query, 1000)
    assert [d.code for d in error.value.diagnostics] == [code]


def test_a_handful_of_units_is_no_estimate() -> None:
    """Where R shows A sharply and A is drawn blindly, hardly any unit explains R."""
    text = "A, R: real\nA -> R\nmechanism A, R: mlp(hidden=[4])\n"
    neural, model = randomise(model_of(text), 0), Compilation.from_text(text).model
    mechanism = neural.mechanism("R")
    assert isinstance(mechanism, NormalNetwork)
    mechanism.network[-1].weight.data[1] = 0
    mechanism.network[-1].bias.data[1] = -7
    with torch.no_grad():
        shared = torch.zeros(1, 0, dtype=torch.int64)
        middle = float(mechanism.respond(torch.zeros(1), {"A": torch.zeros(1)}, shared, None))
    with pytest.raises(ScmError) as error:
        sampled(neural, model, f"E(A | R={middle:.4f})", 500)
    assert [d.code for d in error.value.diagnostics] == ["E284"]
    assert "effectively" in error.value.diagnostics[0].message


def test_the_same_seed_draws_the_same_units() -> None:
    neural, model = real_model()
    one, two, other = (sampled(neural, model, "E(R | do(A=1))", 500, seed) for seed in (1, 1, 2))
    assert float(one) == float(two) != float(other)
