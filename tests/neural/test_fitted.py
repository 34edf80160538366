"""A trained model as text: the same structural model, unit by unit."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from scmlang.answers import answer_exactly
from scmlang.compiler import Compilation
from scmlang.neural.abduction import abduct, predict
from scmlang.neural.fitted import fitted
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.semantics.distributions import respond
from scmlang.semantics.model import Table
from tests.neural.support import model_of, randomise

FRONT_DOOR = "D: 0..3\nC: {red, green}\nB: binary\nD -> C -> B\nD <-> B\n"
SHIFTED = "X: 2..4\nY: {low, high}\nX -> Y\nmechanism Y: mlp(hidden=[4])\n"
THREE = "X, Y, Z: binary\nX -> Y -> Z\nX <-> Y <-> Z\nX <-> Z\n"
ALONE = "X: binary\n"


def written(model: NeuralCausalModel) -> Compilation:
    return Compilation.from_text(fitted(model, "Fitted").text)


@pytest.mark.parametrize("text", [FRONT_DOOR, SHIFTED, THREE, ALONE], ids=["door", "shifted", "three", "one"])
@pytest.mark.parametrize("seed", [0, 1])
def test_its_joint_distribution_is_the_likelihood(text: str, seed: int) -> None:
    model = randomise(model_of(text), seed)
    labels = model.plan.labels
    configurations = list(product(*(range(getattr(plan.domain, "size", 0)) for plan in labels)))
    columns = {plan.name: torch.tensor([c[i] for c in configurations]) for i, plan in enumerate(labels)}
    with torch.no_grad():
        expected = model.log_likelihood(columns).exp()
    answer = answer_exactly(written(model).model, f"P({', '.join(plan.name for plan in labels)})")
    found = [float(record["p"]) for record in answer.table]
    assert found == pytest.approx(expected.tolist(), abs=1e-6)


@pytest.mark.parametrize("text", [FRONT_DOOR, SHIFTED, THREE, ALONE], ids=["door", "shifted", "three", "one"])
def test_every_unit_responds_alike(text: str) -> None:
    model = randomise(model_of(text), 3)
    read = written(model).model
    random = np.random.default_rng(0)
    n = 2000
    for plan in model.plan.labels:
        equation = read.variables[plan.name].equation
        assert isinstance(equation, Table)
        noise = random.random(n)
        states = [random.integers(model.plan.shared[index].states, size=n) for index in plan.shared]
        parents = {
            p: random.integers(getattr(model.plan.label(p).domain, "size", 0), size=n) for p in plan.parents
        }
        shared = torch.from_numpy(np.stack(states, 1)) if states else torch.zeros(n, 0, dtype=torch.int64)
        with torch.no_grad():
            ours = model.mechanism(plan.name).respond(
                torch.from_numpy(noise), {p: torch.from_numpy(c) for p, c in parents.items()}, shared, None
            )
        offsets = {p: getattr(model.plan.label(p).domain, "offset", 0) for p in plan.parents}
        values = {p: column + offsets[p] for p, column in parents.items()}
        values |= dict(zip(equation.parents[len(plan.parents) :], states, strict=True))
        theirs = respond(equation, plan.domain, values, noise)
        assert np.array_equal(theirs, ours.numpy() + getattr(plan.domain, "offset", 0))


def test_its_rows_sum_to_one_without_rounding() -> None:
    answer = answer_exactly(written(randomise(model_of(FRONT_DOOR))).model, "P(D, B | do(C=1))", exact=True)
    assert sum(record["p"] for record in answer.table) == 1


def test_what_is_no_table_is_left_out_with_what_it_causes() -> None:
    text = "D: 0..3\nA: real\nG: binary\nH: binary\nI: image(1, 8, 8)\nD -> H\nD -> A -> G\nD -> I\nH <-> G\n"
    found = fitted(randomise(model_of(text)), "Part")
    assert found.left_out.keys() == {"A", "G", "I"}
    assert "its cause A" in found.left_out["G"]
    model = Compilation.from_text(found.text).model
    assert [variable.name for variable in model.observed] == ["D", "H"]


def test_a_model_of_reals_cannot_be_written() -> None:
    found = fitted(model_of("A: real\nB: real\nA -> B\n"), "Reals")
    assert found.text == ""
    assert found.left_out.keys() == {"A", "B"}


def test_the_noise_takes_no_name_that_is_there() -> None:
    text = "U_X_Y: binary\nX: binary\nY: binary\nX <-> Y\nU_X_Y -> X\n"
    model = Compilation.from_text(fitted(randomise(model_of(text)), "Named").text).model
    assert [variable.name for variable in model.exogenous] == ["U_X_Y_"]


def test_a_gumbel_coupling_is_written_and_means_the_same() -> None:
    """The chance that abduction and action find is the exact engine's, of the text."""
    text = "X: binary\nC: {r, g, b}\nX -> C\nX <-> C\nmechanism X: table(shared=3)\n"
    text += "mechanism C: mlp(coupling=gumbel, shared=3)\n"
    model = randomise(model_of(text), 4, 0.4)
    fitted_model = written(model).model
    n = 20_000
    for c in range(3):
        row = {"X": torch.zeros(n, dtype=torch.int64), "C": torch.full((n,), c)}
        noise = abduct(model, row, None, torch.Generator().manual_seed(c))
        world = predict(model, noise, row, {"X": torch.ones(n, dtype=torch.int64)})
        found = torch.bincount(world["C"], minlength=3).double() / n
        answer = answer_exactly(fitted_model, f"P(C[X=1] | X=0, C={'rgb'[c]})")
        assert found.tolist() == pytest.approx([float(r["p"]) for r in answer.table], abs=0.015)
