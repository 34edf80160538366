"""The world table: one row for every configuration of the exogenous variables, and what follows from it.

The private noise of a discrete draw is one uniform number, which matters only through the interval between
thresholds that it lies in; so intervals stand for it, and the table is finite and loses nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from itertools import product as configurations

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exact.noise import Noise, require_equations
from scmlang.exact.numbers import FLOATS, RATIONALS, Array, Number, Numbers
from scmlang.exact.refusals import impossible
from scmlang.exact.responses import Column, Responses
from scmlang.limits import LIMITS
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Coupling, Draw, Role, Table, Variable
from scmlang.semantics.quantities import Counterfactual, Event, World

ROWS = 4096
Interval = tuple[Number, Number]


@dataclass(frozen=True, eq=False)
class WorldTable:
    """Columns of equal length.

    Attributes:
        exogenous: the values of each declared exogenous variable.
        noise: the interval of the private noise of each draw that has one.
        probability: of each row; they sum to one.
        values: every endogenous variable that is no image.
        counterfactual: those that an intervention reaches, under it; empty without one.
        survives: the rows in which the evidence holds; None without evidence.
        posterior: the probability of each row given the evidence; None without it.
    """

    exogenous: dict[str, Column]
    noise: dict[str, list[Interval]]
    probability: Array
    values: dict[str, Column]
    counterfactual: dict[str, Column]
    survives: NDArray[np.bool_] | None
    posterior: Array | None


@dataclass(frozen=True, eq=False)
class _Source:
    """An independent source of randomness, with a probability for each of its points.

    The points are the values of an exogenous variable, or one in each interval of a private noise.
    """

    name: str
    points: Sequence[float]
    chances: Sequence[Number]
    intervals: Sequence[Interval] = ()

    @property
    def exogenous(self) -> bool:
        return not self.intervals


def world_table(
    model: CausalModel,
    do: World = (),
    given: Sequence[Event | Counterfactual] = (),
    *,
    exact: bool = False,
    rows: int = ROWS,
    shown: str = "",
) -> WorldTable:
    """Every unit of a fully specified model, up to what makes no difference.

    Args:
        model: its draws have finitely many levels; images are left out.
        do: an intervention whose consequences are put beside.
        given: evidence that marks the rows in which it holds.
        exact: probabilities and thresholds as rational numbers.
        rows: at most so many.
        shown: the evidence, for messages.

    Raises:
        ScmError: E110 for a model that leaves something open, E268 for noise without finitely many intervals,
            E269 for more rows, E262 for evidence that no row satisfies, E263 for what is not rational.
    """
    require_equations(model)
    numbers = RATIONALS if exact else FLOATS
    drawn = [v for v in model.variables.values() if isinstance(v.equation, Draw | Table)]
    sources = [_source(v, model, numbers) for v in drawn]
    sources.sort(key=lambda source: not source.exogenous)
    _bounded([len(source.points) for source in sources], rows)
    cases = list(configurations(*(range(len(source.points)) for source in sources)))
    columns = {s.name: np.array([s.points[c[i]] for c in cases]) for i, s in enumerate(sources)}
    kinds = [(s.name, s.exogenous) for s in sources]
    exogenous: dict[str, Column] = {
        name: columns[name].astype(np.int64) for name, declared in kinds if declared
    }
    private = {name: columns[name] for name, declared in kinds if not declared}
    responses = Responses(model, Noise(len(cases), "train", exogenous, private, {}))
    probability = numbers.zeros((len(cases),))
    probability[:] = [math.prod(s.chances[k] for s, k in zip(sources, case, strict=True)) for case in cases]
    names = [v.name for v in model.endogenous if not v.is_image]
    survives = responses.holds(given) if given else None
    return WorldTable(
        exogenous,
        {s.name: [s.intervals[c[i]] for c in cases] for i, s in enumerate(sources) if not s.exogenous},
        probability,
        {name: responses.world(())[name] for name in names},
        {name: responses.world(do)[name] for name in names if name in _reached(model, do)},
        survives,
        None if survives is None else _posterior(probability, survives, numbers, shown),
    )


def _posterior(probability: Array, survives: NDArray[np.bool_], numbers: Numbers, shown: str) -> Array:
    left = numbers.zeros(probability.shape)
    left[survives] = probability[survives]
    total = left.sum()
    if total == 0:
        raise impossible(f"`{shown}`")
    return np.asarray(left / total)


def _bounded(sizes: Sequence[int], rows: int) -> None:
    count = math.prod(sizes)
    if count > rows:
        message = f"the table would have {count:.4g} rows, more than {rows}"
        helps = ("raise the bound with --max-rows, or ask with `scmlang query`, which needs no table",)
        raise ScmError([Diagnostic("E269", message, helps=helps)])


def _reached(model: CausalModel, do: World) -> set[str]:
    """The descendants of what is held, themselves held or not."""
    held = {item.variable for item in do}
    found: set[str] = set()
    for name in model.topological_order:
        if name not in held and any(p in found or p in held for p in model.parents[name]):
            found.add(name)
    return found


def _source(variable: Variable, model: CausalModel, numbers: Numbers) -> _Source:
    equation, domain = variable.equation, variable.domain
    if not isinstance(equation, Draw | Table) or not isinstance(domain, Finite):
        raise _endless(variable, model, "is a draw of real numbers")
    parents = model.parents[variable.name]
    if any(not isinstance(model.variables[p].domain, Finite) for p in parents):
        raise _endless(variable, model, "has a real cause, so thresholds of its noise are not listed")
    chances = _chances(equation, domain, parents, model, numbers)
    if variable.role is Role.EXOGENOUS:
        levels = range(domain.offset, domain.offset + domain.size)
        possible = [(k, p) for k, p in zip(levels, chances[0].tolist(), strict=True) if p > 0]
        values, weights = [k for k, _ in possible], [p for _, p in possible]
        return _Source(variable.name, values, weights)
    if equation.coupling is Coupling.GUMBEL:
        raise _endless(variable, model, "has a noise for each level (`coupling=gumbel`)")
    edges = _edges(equation, chances, numbers)
    intervals = list(pairwise(edges))
    points = [float(a + b) / 2 for a, b in intervals]
    return _Source(variable.name, points, [b - a for a, b in intervals], intervals)


def _chances(
    equation: Draw | Table, domain: Finite, parents: Sequence[str], model: CausalModel, numbers: Numbers
) -> Array:
    """P(V = level k | parents) in every configuration of the parents."""
    domains = [d for d in (model.variables[p].domain for p in parents) if isinstance(d, Finite)]
    n = math.prod(d.size for d in domains)
    if n > LIMITS.enumeration:
        names = ", ".join(f"`{p}`" for p in parents)
        message = f"{names} have {n:.4g} configurations, more than {LIMITS.enumeration}"
        raise ScmError([Diagnostic("E269", message, model.source, equation.span)])
    rows = list(configurations(*(range(d.offset, d.offset + d.size) for d in domains)))
    columns = {p: numbers.column([row[i] for row in rows]) for i, p in enumerate(parents)}
    return numbers.probabilities(equation, domain, columns, n)


def _edges(equation: Draw | Table, chances: Array, numbers: Numbers) -> list[Number]:
    """The thresholds of the noise, from 0 to 1; a Bernoulli draw is level 1 below its own."""
    if isinstance(equation, Draw) and equation.distribution == "bernoulli":
        sums = chances[:, 1]
    else:
        sums = np.cumsum(chances, axis=1)[:, :-1]
    found = set(np.asarray(sums if numbers.exact else np.round(sums, 15)).reshape(-1).tolist())
    zero, one = numbers.constant(0), numbers.constant(1)
    return [zero, *sorted(cut for cut in found if 0 < cut < 1), one]


def _endless(variable: Variable, model: CausalModel, why: str) -> ScmError:
    message = f"`{variable.name}` {why}, and the table lists finitely many units"
    helps = ("ask for single numbers with `scmlang query`, or draw units with `scmlang sample`",)
    return ScmError([Diagnostic("E268", message, model.source, variable.span, helps=helps)])
