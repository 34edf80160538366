"""The model as a module: it is built from any plan, whatever its variables are called."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from scmlang.mechanisms.build import build_model
from scmlang.neural.losses import TrainingObjective
from scmlang.neural.summary import COPIES, summarise
from tests.neural.support import SCENE, TINY, model_of, plan_of
from tests.neural.test_losses import WEIGHTS, batch_of

AWKWARD = ("type", "float", "half", "keys", "items", "training", "forward", "T_destination", "to", "register")


def test_variables_may_be_called_what_torch_calls_its_own() -> None:
    arrows = "{" + ", ".join(AWKWARD) + "}"
    model = model_of(f"model Awkward\n{', '.join(AWKWARD)}: binary\npop: image(1, 8, 8)\n{arrows} -> pop\n")
    model.train()
    torch.manual_seed(0)
    loss, _ = TrainingObjective(model, WEIGHTS)(batch_of(model), True, 1.0)
    loss.backward()
    assert torch.isfinite(loss)
    copy = model_of(
        f"model Awkward\n{', '.join(AWKWARD)}: binary\npop: image(1, 8, 8)\n{arrows} -> pop\n", seed=5
    )
    copy.load_state_dict(model.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(copy.parameters(), model.parameters(), strict=True))


def test_ordinary_names_are_the_keys_of_the_weights() -> None:
    keys = model_of(SCENE).state_dict()
    assert {"mechanisms.D.table", "generator.null.D", "recogniser.heads.B.weight"} <= set(keys)


def test_a_module_is_registered_once() -> None:
    """Mechanisms use the parents' autoencoders, which stay the model's own."""
    names = [name for name, _ in model_of(SCENE).named_parameters(remove_duplicate=False)]
    assert len(names) == len(set(names))
    assert not any("autoencoder" in name for name in names if name.startswith("mechanisms"))


def test_mechanisms_follow_the_model_to_another_type() -> None:
    """The shared autoencoders move with the model, and every part still finds them."""
    model = model_of(SCENE).double()
    labels = {
        "D": torch.tensor([1]),
        "C": torch.tensor([0]),
        "B": torch.tensor([1]),
        "A": torch.ones(1).double(),
    }
    assert model.log_likelihood(labels).isfinite().all()


@pytest.mark.parametrize("text", [SCENE, "model M\nX, Y: binary\nX -> Y\nX <-> Y\n"], ids=["image", "labels"])
def test_the_summary_counts_what_is_built(text: str) -> None:
    model = model_of(text)
    summary = summarise(plan_of(text), TINY, build_model)
    parameters = sum(p.numel() for p in model.parameters())
    assert summary.parameters == parameters
    assert summary.weight_bytes == 4 * parameters
    assert summary.training_bytes == COPIES * summary.weight_bytes
    assert (summary.forward_flops > 0) == (model.generator is not None)


def test_the_cost_of_a_pass_grows_with_the_image() -> None:
    small = summarise(plan_of(SCENE), TINY, build_model).forward_flops
    large = summarise(plan_of(SCENE.replace("8, 8", "16, 16")), TINY, build_model).forward_flops
    assert 3 < large / small < 5
    unpatched = summarise(plan_of(SCENE), replace(TINY, patch=1), build_model).forward_flops
    assert unpatched > small
