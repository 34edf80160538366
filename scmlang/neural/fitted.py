"""A fitted model as text of the language, for the exact engine and for other tools.

A finite label variable has P(V | pa_V, u_shared) at finitely many configurations, whatever network computes
it. Private noise enters by a coupling of the language's own ``~`` (:mod:`scmlang.neural.couplings`), so the
text is the same structural model: its counterfactuals are those that abduction in the trained model draws, to
within 1e-15 in each distribution function.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import torch
from torch import Tensor

from scmlang.limits import LIMITS
from scmlang.neural.couplings import GumbelMax, coupling_of
from scmlang.neural.labels import CategoricalMechanism
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite

_BATCH = 1 << 14
_PLACES = Decimal(1).scaleb(-15)


@dataclass(frozen=True)
class Fitted:
    """What could be written of a fitted model.

    Attributes:
        text: the model, or the empty string where nothing of it can be written.
        left_out: why a variable is not in it, by its name.
    """

    text: str
    left_out: Mapping[str, str]


@torch.no_grad()
def fitted(model: NeuralCausalModel, name: str) -> Fitted:
    """The learned structural model of the finite label variables, fully specified.

    What is caused by a variable that is left out is left out too; the others keep their joint distribution
    and their counterfactuals, since nothing that is left out is an ancestor of theirs.

    Args:
        model: trained; in evaluation mode.
        name: what the text calls the model.
    """
    left_out = dict(_left_out(model))
    labels = [plan for plan in model.plan.labels if plan.name not in left_out]
    if not labels:
        return Fitted("", left_out)
    indices = sorted({index for plan in labels for index in plan.shared})
    taken = {plan.name for plan in labels} | {level for plan in labels for level in _levels(plan)}
    shared = {index: _unused("_".join(("U", *model.plan.shared[index].members)), taken) for index in indices}
    domains = [f"{plan.name}: {plan.domain}" for plan in labels]
    priors = [f"exogenous {shared[index]} ~ categorical({_prior(model, index)})" for index in indices]
    tables = [line for plan in labels for line in _table(model, plan, shared)]
    blocks = ([f"model {name}"], domains, priors, tables)
    return Fitted("\n\n".join("\n".join(block) for block in blocks if block) + "\n", left_out)


def _left_out(model: NeuralCausalModel) -> Iterator[tuple[str, str]]:
    gone: set[str] = set()
    for plan in model.plan.labels:
        reason = _reason(model, plan, gone)
        if reason:
            gone.add(plan.name)
            yield plan.name, reason
    if model.plan.image is not None:
        yield model.plan.image.name, "it is an image"


def _reason(model: NeuralCausalModel, plan: LabelPlan, gone: set[str]) -> str:
    mechanism = model.mechanism(plan.name)
    if not isinstance(plan.domain, Finite):
        return "it is no finite variable"
    if not isinstance(mechanism, CategoricalMechanism):
        return f"its mechanism is no conditional distribution ({type(mechanism).__name__})"
    if mechanism.reads_image:
        return "its mechanism reads the image"
    causes = [parent for parent in plan.parents if parent in gone]
    if causes:
        return f"its cause {causes[0]} is left out"
    cells = math.prod(_sizes(model, plan)) * plan.domain.size
    if cells > LIMITS.table_cells:
        return f"its table would have {cells} probabilities, more than {LIMITS.table_cells}"
    return ""


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _levels(plan: LabelPlan) -> tuple[str, ...]:
    return plan.domain.names if isinstance(plan.domain, Finite) else ()


def _sizes(model: NeuralCausalModel, plan: LabelPlan) -> list[int]:
    """The numbers of levels of the parents, then the numbers of states of the shared noise."""
    return [_domain(model, parent).size for parent in plan.parents] + [
        model.plan.shared[index].states for index in plan.shared
    ]


def _domain(model: NeuralCausalModel, name: str) -> Finite:
    domain = model.plan.label(name).domain
    if not isinstance(domain, Finite):
        raise TypeError(f"{name} is not finite")
    return domain


def _prior(model: NeuralCausalModel, index: int) -> str:
    chances = torch.softmax(model.shared.logits[index].double(), 0)
    return ", ".join(_decimals(chances.cumsum(0)))


def _table(model: NeuralCausalModel, plan: LabelPlan, shared: Mapping[int, str]) -> Iterator[str]:
    names = [*plan.parents, *(shared[index] for index in plan.shared)]
    offsets = [_domain(model, parent).offset for parent in plan.parents] + [0] * len(plan.shared)
    if isinstance(coupling_of(plan), GumbelMax):
        names.append("coupling=gumbel")
    yield f"{plan.name} ~ table({', '.join(names)}) {{"
    for configuration, row in _rows(model, plan):
        at = ", ".join(str(i + o) for i, o in zip(configuration, offsets, strict=True))
        yield f"  ({at}): [{', '.join(_decimals(row))}]"
    yield "}"


def _rows(model: NeuralCausalModel, plan: LabelPlan) -> Iterator[tuple[list[int], Tensor]]:
    """Each configuration of the causes, and F(k) = P(V ≤ k) there."""
    mechanism = model.mechanism(plan.name)
    if not isinstance(mechanism, CategoricalMechanism):
        raise TypeError(f"{plan.name} has no conditional distribution")
    sizes = _sizes(model, plan)
    for positions in torch.split(torch.arange(math.prod(sizes)), _BATCH):
        columns = torch.unravel_index(positions, sizes) if sizes else ()
        grid = torch.stack(columns, 1) if columns else torch.zeros(len(positions), 0, dtype=torch.int64)
        count = len(plan.parents)
        parents = dict(zip(plan.parents, grid.to(model.device)[:, :count].unbind(1), strict=True))
        table = mechanism.cumulative(parents, grid[:, count:].to(model.device), None)
        yield from zip(grid.tolist(), table.cpu(), strict=True)


def _decimals(cumulative: Tensor) -> Iterator[str]:
    """Probabilities as decimals that sum to exactly 1."""
    bounds = [Decimal(repr(value)).quantize(_PLACES) for value in cumulative.tolist()]
    bounds[-1] = Decimal(1)
    for below, above in zip([Decimal(0), *bounds[:-1]], bounds, strict=True):
        yield format(max(above - below, Decimal(0)).normalize(), "f")
