"""BIF, the interchange format of discrete Bayesian networks: writing.

Every variable, exogenous and latent ones included, becomes a node with its conditional table, so the joint
distribution is kept; that some are unobserved is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.limits import LIMITS
from scmlang.semantics.distributions import assign, probabilities
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import Assignment, CausalModel, Draw, Table, Variable


def write(model: CausalModel) -> str:
    """The network of a fully specified model over finite domains.

    Raises:
        ScmError: E255 for every variable that is not finite or has no equation, and for a table that is
            too large.
    """
    problems = [found for v in model.variables.values() if (found := _refusal(v, model)) is not None]
    if problems:
        raise ScmError(problems[: LIMITS.diagnostics])
    lines = [f"network {model.name} {{", "}"]
    for variable in model.variables.values():
        lines += _declaration(variable)
    for variable in model.variables.values():
        lines += _probability(variable, model)
    return "\n".join(lines) + "\n"


def _refusal(variable: Variable, model: CausalModel) -> Diagnostic | None:
    reason = None
    parents = [model.variables[name].domain for name in model.parents[variable.name]]
    if not isinstance(variable.domain, Finite):
        reason = f"the domain of `{variable.name}` is {variable.domain}, and BIF has finite ones alone"
    elif not isinstance(variable.equation, Assignment | Draw | Table):
        reason = f"`{variable.name}` has no equation, and BIF needs one for every variable"
    elif math.prod(d.size for d in parents if isinstance(d, Finite)) * variable.domain.size > _CELLS:
        reason = f"the table of `{variable.name}` would have more than {_CELLS} probabilities"
    return None if reason is None else Diagnostic("E255", reason, model.source, variable.span)


_CELLS = LIMITS.table_cells


def _finite(variable: Variable) -> Finite:
    if not isinstance(variable.domain, Finite):
        raise TypeError(f"{variable.name} is not finite")
    return variable.domain


def _declaration(variable: Variable) -> list[str]:
    domain = _finite(variable)
    levels = ", ".join(domain.levels)
    return [f"variable {variable.name} {{", f"  type discrete [ {domain.size} ] {{ {levels} }};", "}"]


def _probability(variable: Variable, model: CausalModel) -> list[str]:
    parents = [model.variables[name] for name in model.parents[variable.name]]
    given = " | " + ", ".join(p.name for p in parents) if parents else ""
    return [f"probability ( {variable.name}{given} ) {{", *_rows(variable, parents), "}"]


def _rows(variable: Variable, parents: list[Variable]) -> Iterator[str]:
    chances = conditional(variable, parents)
    if not parents:
        yield f"  table {_numbers(chances[0])};"
        return
    domains = [_finite(parent) for parent in parents]
    for index, row in zip(np.ndindex(*(d.size for d in domains)), chances, strict=True):
        levels = ", ".join(d.level(i + d.offset) for d, i in zip(domains, index, strict=True))
        yield f"  ({levels}) {_numbers(row)};"


def _numbers(row: NDArray[np.float64]) -> str:
    return ", ".join(repr(float(p)) for p in row)


def conditional(variable: Variable, parents: list[Variable]) -> NDArray[np.float64]:
    """P(V | parents), float64[configurations, levels]; the last parent's level changes fastest."""
    domains = [_finite(parent) for parent in parents]
    n = math.prod(d.size for d in domains)
    grid = np.indices([d.size for d in domains]).reshape(len(domains), n)
    columns = {p.name: g + d.offset for p, d, g in zip(parents, domains, grid, strict=True)}
    equation, domain = variable.equation, _finite(variable)
    if isinstance(equation, Assignment):
        values = assign(equation, domain, columns, n) - domain.offset
        return np.asarray(np.eye(domain.size)[values.astype(np.int64)])
    if not isinstance(equation, Draw | Table):
        raise TypeError(f"{variable.name} has no table")
    return np.asarray(np.clip(probabilities(equation, domain, columns, n), 0.0, 1.0))
