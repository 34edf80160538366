"""Abduction, action and prediction on the label variables.

Step one of Pearl's three (Causality, theorem 7.1.7): the posterior P(u | v) of the exogenous noise given
all labels. It factorises over c-components; in each, the shared noise has a finite posterior, computed by
enumeration, and given it every private noise has a closed one. Variables that a bidirected path joins are
therefore abducted together, never one by one.
"""

from __future__ import annotations

import torch
from torch import Tensor

from scmlang.neural.ncm import LabelNoise, Labels, NeuralCausalModel


def shared_posterior(
    model: NeuralCausalModel, component: tuple[str, ...], labels: Labels, image: Tensor | None
) -> tuple[Tensor, Tensor]:
    """P(u | v_C, pa(v_C)) of one c-component: ``[n, S]``, rows summing to one, and the states ``[S, k]``."""
    joint, states = model.log_joint(component, labels, image)
    return torch.softmax(joint.double(), 1), states


@torch.no_grad()
def abduct(
    model: NeuralCausalModel, labels: Labels, image: Tensor | None, generator: torch.Generator
) -> LabelNoise:
    """One draw per row from the posterior of all label noise given all labels.

    Args:
        model: the neural causal model.
        labels: every label column ``[n]``.
        image: ``[n, C, H, W]`` in [−1, 1]; needed where a mechanism reads it.
        generator: a CPU generator.
    """
    n = len(next(iter(labels.values())))
    shared = torch.zeros(n, len(model.plan.shared), dtype=torch.int64, device=model.device)
    for component in model.plan.components:
        posterior, states = shared_posterior(model, component, labels, image)
        pick = torch.multinomial(posterior.cpu(), 1, generator=generator)[:, 0]
        shared = shared + states[pick.to(states.device)]
    private = {}
    for plan in model.plan.labels:
        parents = {parent: labels[parent] for parent in plan.parents}
        private[plan.name] = model.mechanism(plan.name).abduct(
            labels[plan.name], parents, shared[:, list(plan.shared)], image, generator
        )
    return LabelNoise(shared, private)


@torch.no_grad()
def predict(
    model: NeuralCausalModel, noise: LabelNoise, factual: Labels, do: Labels, image: Tensor | None = None
) -> dict[str, Tensor]:
    """The counterfactual labels under do(x), the noise being as abducted.

    Variables that the intervention does not reach are copied from ``factual``, bit for bit; the others
    respond in topological order to their parents' new values. In rows where no parent changed, the response
    is the factual value (Pearl's consistency), which is copied too, since arithmetic on reals would round it.
    """
    reached = model.plan.descendants(frozenset(do))
    labels: dict[str, Tensor] = {}
    for plan in model.plan.labels:
        if plan.name in do:
            labels[plan.name] = do[plan.name]
        elif plan.name in reached:
            response = model.respond(plan.name, noise, labels, image)
            same = [labels[parent] == factual[parent] for parent in plan.parents]
            labels[plan.name] = torch.where(torch.stack(same).all(0), factual[plan.name], response)
        else:
            labels[plan.name] = factual[plan.name]
    return labels
