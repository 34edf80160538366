"""Exogenous variables that can be chosen so that an equation ``V := f(pa, u)`` gives what evidence asks.

They are drawn only when V is met: finite ones from all their configurations that fit, a real one by solving
the equation where it is affine in it, V = a + b u, as in ``Y := 2 * X + U``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scmlang.exact.montecarlo.evidence import Evidence, Interval, Levels
from scmlang.exact.montecarlo.refusals import atom
from scmlang.exact.montecarlo.regions import Case, Floats, truncated_normal, truncated_uniform
from scmlang.semantics.distributions import assign, probabilities
from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.expressions import Call, Columns, Expression, Reference, evaluate, references
from scmlang.semantics.model import Assignment, CausalModel, Draw, Role, Table, Variable

CONFIGURATIONS = 256


def solvable(model: CausalModel, evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """For equations that evidence is about, the exogenous variables to draw with them.

    None of them is used by a variable that comes earlier in the order of causes, or is evidence itself.
    """
    asked = {name: demand for (name, _), demand in evidence.demands.items()}
    used: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    for name in model.topological_order:
        variable = model.variables[name]
        if variable.role is Role.EXOGENOUS:
            continue
        free = [
            u for u in model.parents[name] if u not in used | asked.keys() and _is_free(model.variables[u])
        ]
        if name in asked and isinstance(variable.equation, Assignment):
            chosen = _chosen(model, variable.equation.expression, free, asked[name])
            if chosen:
                found[name] = chosen
        used.update(model.parents[name])
    return found


def _is_free(variable: Variable) -> bool:
    return variable.role is Role.EXOGENOUS and isinstance(variable.equation, Draw | Table)


def _chosen(
    model: CausalModel, expression: Expression, free: Sequence[str], demand: Levels | Interval
) -> tuple[str, ...]:
    if isinstance(demand, Interval):
        real = [u for u in free if isinstance(model.variables[u].domain, Real) and is_affine(expression, u)]
        return tuple(real[:1])
    finite = [u for u in free if isinstance(model.variables[u].domain, Finite)]
    sizes = [d.size for u in finite if isinstance(d := model.variables[u].domain, Finite)]
    return tuple(finite) if math.prod(sizes) <= CONFIGURATIONS else ()


def is_affine(node: Expression, name: str) -> bool:
    """Whether an expression is a + b·name, where ``name`` is in neither a nor b."""
    if name not in references(node):
        return True
    if not isinstance(node, Call):
        return isinstance(node, Reference)
    inside = [name in references(part) for part in node.operands]
    parts = all(is_affine(part, name) for part in node.operands)
    match node.operator:
        case "+" | "-" | "neg":
            return parts
        case "*":
            return parts and sum(inside) == 1
        case "/":
            return parts and not inside[1]
        case "if":
            return parts and not inside[0]
        case _:
            return False


def draw_fitting(
    model: CausalModel,
    variable: Variable,
    names: Sequence[str],
    cases: Sequence[Case],
    n: int,
    rng: np.random.Generator,
) -> tuple[dict[str, NDArray[np.generic]], Floats]:
    """Values of exogenous variables with which every case gets what it asks, and log weights ``[n]``."""
    equation = variable.equation
    if not isinstance(equation, Assignment):
        raise TypeError(f"{variable.name} is no assignment")
    if isinstance(cases[0].demand, Interval):
        return _solved(model, variable, equation, names[0], cases, n, rng)
    return _enumerated(model, equation, variable.domain, names, cases, n, rng)


def _solved(
    model: CausalModel,
    variable: Variable,
    equation: Assignment,
    name: str,
    cases: Sequence[Case],
    n: int,
    rng: np.random.Generator,
) -> tuple[dict[str, NDArray[np.generic]], Floats]:
    """One real exogenous variable, in standard units (of a normal, or on [0, 1)) between its bounds.

    Where it does not enter, as in one case of ``if X == 1 then U else 3``, an interval leaves it as it is,
    and the unit is looked at when it is complete.
    """
    low, high = np.full(n, -np.inf), np.full(n, np.inf)
    location, scale, normal = _standard(model.variables[name].equation)
    for case in cases:
        at_zero, slope = _line(equation, name, case.parents, n)
        demand = case.demand
        if not isinstance(demand, Interval):
            raise TypeError("a real variable is asked for an interval")
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            first, second = (
                ((bound - at_zero) / slope - location) / scale for bound in (demand.low, demand.high)
            )
        enters = slope != 0
        if demand.is_point:
            if np.any(~enters & (at_zero == demand.low)):
                raise atom(variable, name, demand.low, model)
            return _at_point(name, first, slope * scale, (location, scale, normal))
        low = np.where(enters, np.fmax(low, np.fmin(first, second)), low)
        high = np.where(enters, np.fmin(high, np.fmax(first, second)), high)
    draw = truncated_normal if normal else truncated_uniform
    standard, weights = draw(low, high, rng)
    return {name: location + scale * standard}, weights


def _line(equation: Assignment, name: str, parents: Columns, n: int) -> tuple[Floats, Floats]:
    """a and b of V = a + b u."""
    known = dict(parents)
    at_zero, at_one = (
        evaluate(equation.expression, known | {name: np.full(n, value)}, n) for value in (0.0, 1.0)
    )
    return at_zero.astype(np.float64), at_one.astype(np.float64) - at_zero


def _standard(equation: object) -> tuple[float, float, bool]:
    """Location, scale and whether it is normal, of a real exogenous variable, which has no causes."""
    if not isinstance(equation, Draw):
        raise TypeError("a real exogenous variable is drawn")
    first, second = (float(evaluate(a, {}, 1)[0]) for a in equation.arguments)
    return (first, second, True) if equation.distribution == "normal" else (first, second - first, False)


def _at_point(
    name: str, standard: Floats, slope: Floats, prior: tuple[float, float, bool]
) -> tuple[dict[str, NDArray[np.generic]], Floats]:
    """The one value that gives the one value asked for; its weight is the density of V there."""
    location, scale, normal = prior
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if normal:
            density = -0.5 * standard**2 - 0.5 * math.log(2 * math.pi)
        else:
            density = np.where((standard >= 0) & (standard < 1), 0.0, -np.inf)
        weights = density - np.log(np.abs(slope))
    lost = ~np.isfinite(standard)
    return {name: location + scale * np.where(lost, 0.0, standard)}, np.where(lost, -np.inf, weights)


def _enumerated(
    model: CausalModel,
    equation: Assignment,
    domain: Domain,
    names: Sequence[str],
    cases: Sequence[Case],
    n: int,
    rng: np.random.Generator,
) -> tuple[dict[str, NDArray[np.generic]], Floats]:
    configurations = list(_configurations([model.variables[name] for name in names]))
    mass = np.zeros((n, len(configurations)))
    for c, (values, chance) in enumerate(configurations):
        held = {name: np.full(n, value) for name, value in zip(names, values, strict=True)}
        fits = np.ones(n, dtype=bool)
        for case in cases:
            fits &= _allowed(assign(equation, domain, dict(case.parents) | held, n), domain, case)
        mass[:, c] = chance * fits
    cumulative = np.cumsum(mass, axis=1)
    target = rng.random(n) * cumulative[:, -1]
    chosen = np.minimum(np.sum(cumulative <= target[:, None], axis=1), len(configurations) - 1)
    columns = np.array([values for values, _ in configurations], dtype=np.int64)[chosen]
    with np.errstate(divide="ignore"):
        return dict(zip(names, columns.T, strict=True)), np.log(cumulative[:, -1])


def _allowed(values: NDArray[np.generic], domain: Domain, case: Case) -> NDArray[np.bool_]:
    if not isinstance(domain, Finite) or not isinstance(case.demand, Levels):
        raise TypeError("a finite variable is asked for levels")
    levels = values.astype(np.int64) - domain.offset
    inside = (levels >= 0) & (levels < domain.size)
    return np.asarray(inside & case.demand.allowed[np.clip(levels, 0, domain.size - 1)])


def _configurations(variables: Sequence[Variable]) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every configuration of independent exogenous variables, with its probability."""
    priors: list[Mapping[int, float]] = [dict(_prior(variable)) for variable in variables]
    for values in product(*priors):
        yield values, math.prod(prior[value] for prior, value in zip(priors, values, strict=True))


def _prior(variable: Variable) -> Iterator[tuple[int, float]]:
    if not isinstance(variable.domain, Finite) or not isinstance(variable.equation, Draw | Table):
        raise TypeError(f"{variable.name} has no finite distribution")
    for level, chance in enumerate(probabilities(variable.equation, variable.domain, {}, 1)[0]):
        yield variable.domain.offset + level, float(chance)
