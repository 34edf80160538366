"""Which interventions are evaluated.

By default, for every label that causes the image: each level where it has at most ten; the most frequent
level where it has more; the first and third quartile, to three digits, where it is real. Frequencies and
quartiles are those of the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.model import CausalModel, Role
from scmlang.semantics.queries import read_act

FEW_LEVELS = 10
QUARTILES = (0.25, 0.75)


@dataclass(frozen=True)
class Act:
    """do(settings): each named variable is held at a numeric value; ``text`` is how a person writes it."""

    text: str
    settings: Mapping[str, int | float] = field(hash=False)


def default_acts(model: CausalModel, parents: Sequence[str], marginals: Columns) -> tuple[Act, ...]:
    """The default interventions.

    Args:
        model: knows the domains.
        parents: the labels that cause the image.
        marginals: a sample of each of them.
    """
    acts = []
    for name in parents:
        domain = model.variables[name].domain
        acts += [act(model, {name: value}) for value in _values(domain, marginals[name])]
    return tuple(acts)


def read_acts(texts: Sequence[str], model: CausalModel) -> tuple[Act, ...]:
    """Interventions as typed: ``do(D=8)``, ``I[D=8] | I``, or a query of the file by its name; each once.

    Raises:
        ScmError: for a text that is no query of the model; E235 when it sets what the learner does not
            observe.
    """
    acts: dict[str, Act] = {}
    problems: list[Diagnostic] = []
    for text in texts:
        settings = read_act(text, model).numbers
        hidden = [name for name in settings if model.variables[name].role is not Role.OBSERVED]
        problems += [_not_observed(text, name) for name in hidden]
        ordered = {name: settings[name] for name in model.variables if name in settings}
        acts.setdefault(str(ordered), act(model, ordered))
    if problems:
        raise ScmError(problems)
    return tuple(acts.values())


def act(model: CausalModel, settings: Mapping[str, int | float]) -> Act:
    """An intervention with its canonical text."""
    words = [f"{name}={show(model.variables[name].domain, value)}" for name, value in settings.items()]
    return Act(f"do({', '.join(words)})", dict(settings))


def show(domain: Domain, value: float) -> str:
    """A value as a person types it."""
    return domain.level(int(value)) if isinstance(domain, Finite) else f"{value:.4g}"


def _values(domain: Domain, column: np.typing.NDArray[np.generic]) -> list[int | float]:
    if not isinstance(domain, Finite):
        quartiles = np.quantile(np.asarray(column, np.float64), QUARTILES)
        return sorted({float(f"{value:.3g}") for value in quartiles})
    if domain.size <= FEW_LEVELS:
        return [domain.offset + index for index in range(domain.size)]
    counts = np.bincount(np.asarray(column, np.int64) - domain.offset, minlength=domain.size)
    return [domain.offset + int(counts.argmax())]


def _not_observed(text: str, name: str) -> Diagnostic:
    message = f"`{text}` sets `{name}`, which the learner does not observe"
    return Diagnostic("E235", message, helps=("intervene on observed labels",))
