"""Exogenous variables: the learned priors of the noise that bidirected edges stand for."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from scmlang.neural.plan import SharedNoise


class SharedPrior(nn.Module):
    """P(U_S) for every maximal clique S of bidirected edges, each a categorical with learned logits.

    A finite U with states enough loses nothing for finite observed variables: every distribution that
    some confounder can induce on them is induced by one with finitely many states (Evans, "Margins of
    discrete Bayesian networks", arXiv:1501.02103; Zhang, Tian & Bareinboim, "Partial counterfactual
    identification from observational and experimental data", arXiv:2110.05690). It makes the likelihood and
    the posterior of U finite sums.

    Args:
        shared: the cliques, with their numbers of states.
    """

    def __init__(self, shared: tuple[SharedNoise, ...]) -> None:
        super().__init__()
        self.logits = nn.ParameterList([nn.Parameter(torch.zeros(noise.states)) for noise in shared])

    def log_prob(self, indices: tuple[int, ...], states: Tensor) -> Tensor:
        """log P(u) of joint states.

        Args:
            indices: which shared variables.
            states: int64 ``[m, len(indices)]``.

        Returns:
            float ``[m]``; zeros when there are none.
        """
        total = torch.zeros(len(states), device=states.device)
        for column, index in enumerate(indices):
            total = total + torch.log_softmax(self.logits[index], 0)[states[:, column]]
        return total

    def joint_states(self, indices: tuple[int, ...], device: torch.device) -> Tensor:
        """All joint states of the shared variables ``indices``: int64 ``[S, len(indices)]``, S ≥ 1."""
        if not indices:
            return torch.zeros(1, 0, dtype=torch.int64, device=device)
        axes = [torch.arange(len(self.logits[index]), device=device) for index in indices]
        return torch.cartesian_prod(*axes).reshape(-1, len(indices))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Independent draws of every shared variable: int64 ``[n, number of shared variables]``."""
        columns = [
            torch.multinomial(torch.softmax(logits.detach().cpu(), 0), n, True, generator=generator)
            for logits in self.logits
        ]
        return torch.stack(columns, 1) if columns else torch.zeros(n, 0, dtype=torch.int64)
