r"""``monotone X -> Y``: the mechanism of Y never falls as X rises, all else alike.

With f the mechanism of Y, :math:`x \le x'` implies :math:`f(x, pa, u) \le f(x', pa, u)` for all values pa of
the other causes and u of the noise; values are ordered as the domain lists them. It is the monotonicity of
J. Pearl, Causality, 2nd ed., 2009, section 9.2, said of a mechanism.

Where Y has an equation the declaration is held against it. A draw under the monotone coupling is monotone
exactly where its distribution function never rises in X. Under the Gumbel coupling it is where no odds of a
higher level against a lower one fall: then no noise lets the lower level overtake, and where odds fall, some
noise does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Note
from scmlang.limits import LIMITS
from scmlang.semantics.directions import Direction, direction
from scmlang.semantics.distributions import assign, probabilities
from scmlang.semantics.domains import Domain, Finite, Image, Symbolic
from scmlang.semantics.errors import Problems
from scmlang.semantics.graph import Graph, Pair, named_in
from scmlang.semantics.grids import Grid, grid
from scmlang.semantics.model import Assignment, CausalModel, Coupling, Draw, Equation, Role, Table
from scmlang.semantics.names import Declared, Scope
from scmlang.source import Span
from scmlang.syntax import ast

_ROUNDING = 1e-12  # of a sum of probabilities
_ODDS = 1e-9  # of a product of two of them, relatively


def read_monotone(program: ast.Program, scope: Scope, graph: Graph, problems: Problems) -> dict[Pair, Span]:
    """The pairs (cause, effect) that the file declares monotone; E087 and E088 for what cannot be."""
    found: dict[Pair, Span] = {}
    for statement in program.statements:
        if isinstance(statement, ast.Monotone):
            for cause, effect, span in _pairs(statement, problems):
                pair = (cause.text, effect.text)
                if not _is_arrow(cause, effect, span, scope, graph, problems):
                    continue
                if pair in found:
                    note = Note("first declared here", found[pair])
                    message = f"`{cause.text} -> {effect.text}` is declared monotone twice"
                    problems.add("E087", message, span, notes=[note], helps=["keep one of them"])
                elif _are_ordered(cause, effect, scope, problems):
                    found[pair] = span
    return found


def _pairs(statement: ast.Monotone, problems: Problems) -> Iterator[tuple[ast.Name, ast.Name, Span]]:
    for left, link, right in zip(statement.groups, statement.links, statement.groups[1:], strict=False):
        span = left.span | right.span
        if link.operator == "<->":
            helps = ["write the arrow from the cause, `monotone X -> Y`"]
            problems.add(
                "E087", "`<->` joins no cause to its effect, so nothing of it is monotone", span, helps=helps
            )
            continue
        heads, tails = (left, right) if link.operator == "<-" else (right, left)
        for tail in tails.names:
            for head in heads.names:
                yield tail, head, span


def _is_arrow(
    cause: ast.Name, effect: ast.Name, span: Span, scope: Scope, graph: Graph, problems: Problems
) -> bool:
    names = (cause, effect)
    declared = [scope.endogenous(name, problems) for name in names]
    if None in declared:
        return False
    pair = (cause.text, effect.text)
    exogenous = next((n for n in names if scope.variables[n.text].role is Role.EXOGENOUS), None)
    if exogenous is not None:
        message = (
            f"`{exogenous.text}` is exogenous, and `monotone` is about an arrow between endogenous variables"
        )
        helps = ["the noise is what stays as it is while the cause rises"]
        problems.add("E087", message, exogenous.span, helps=helps)
        return False
    if pair in graph.edges:
        return True
    message = f"`{cause.text}` does not cause `{effect.text}` directly, so nothing of it is monotone"
    turned = pair[::-1] in graph.edges
    other = (
        f"write `monotone {effect.text} -> {cause.text}`"
        if turned
        else f"draw `{cause.text} -> {effect.text}`"
    )
    problems.add("E087", message, span, "there is no such arrow", helps=[f"{other}, or take it away"])
    return False


def _are_ordered(cause: ast.Name, effect: ast.Name, scope: Scope, problems: Problems) -> bool:
    ordered = True
    for name in (cause, effect):
        declared = scope.variables[name.text]
        if isinstance(declared.domain, Finite):
            continue
        ordered = False
        if declared.domain is not None and name.span not in {d.span for d in problems.found}:
            _refuse(declared, declared.domain, name.span, problems)
    return ordered


def _refuse(declared: Declared, domain: Domain, span: Span, problems: Problems) -> None:
    kind = "no domain" if isinstance(domain, Symbolic) else f"the domain {domain}"
    message = f"`{declared.name}` has {kind}, and `monotone` needs finitely many levels in their order"
    levels = f"declare its levels: `{declared.name}: binary`, or `{declared.name}: {{low, middle, high}}`"
    helps = ["take it away"] if isinstance(domain, Image) else [levels]
    problems.add("E088", message, span, notes=[Note("its declaration", declared.span)], helps=helps)


# --- held against equations


@dataclass(frozen=True)
class Fall:
    """Where an effect falls: two values of the cause, and the other variables of the equation."""

    low: str
    high: str
    others: str

    def __str__(self) -> str:
        given = f" where {self.others}" if self.others else ""
        return f"from {self.low} to {self.high}{given}"


def verify_monotone(model: CausalModel, problems: Problems) -> None:
    """Hold what is declared against the equations: E089 where one falls, W008 where that is not decided."""
    for (cause, effect), span in model.monotone.items():
        equation = model.variables[effect].equation
        if equation is None:
            continue
        fall = falls(model, cause, effect)
        note = Note(f"the equation of `{effect}`", equation.span)
        if isinstance(fall, Fall):
            message = f"`{effect}` is declared to rise with `{cause}`, and its equation lets it fall"
            helps = ["take the declaration away, or mend the equation"]
            problems.add("E089", message, span, f"as `{cause}` goes {fall}", notes=[note], helps=helps)
        elif fall is None:
            message = f"whether the equation of `{effect}` is monotone in `{cause}` was not decided"
            helps = ["it is taken as declared; what is tried is causes and noise that are finite and few"]
            problems.add("W008", message, span, notes=[note], helps=helps)


def falls(model: CausalModel, cause: str, effect: str) -> Fall | bool | None:
    """Where an equation falls as one of its variables rises; False where nowhere, None if not decided."""
    variable = model.variables[effect]
    equation = variable.equation
    if equation is None or not isinstance(variable.domain, Finite):
        return None
    if _rises(equation, cause):
        return False
    domains = {name: model.variables[name].domain for name in named_in(equation)}
    cases = grid(domains, domains)
    if cases is None:
        return None
    falling = _falling(equation, variable.domain, cases, cause)
    if falling is None:
        return None
    if not falling.any():
        return False
    before, step, after = map(int, np.argwhere(falling)[0])
    row = (before * cases.domains[cause].size + step) * falling.shape[2] + after
    return _told(cases, cause, step, row)


def _rises(equation: Equation, cause: str) -> bool:
    """Whether the operators of an equation prove it, whatever its other variables are."""
    if isinstance(equation, Assignment):
        return Direction.RISES in direction(equation.expression, cause)
    if isinstance(equation, Draw) and equation.distribution in ("bernoulli", "binomial"):
        return Direction.RISES in direction(equation.arguments[-1], cause)  # the odds of more rise with p
    return False


def _falling(equation: Equation, domain: Finite, cases: Grid, cause: str) -> NDArray[np.bool_] | None:
    """bool[before, step, after]: whether the effect falls from one level of the cause to the next.

    Where it falls over several steps it falls over one of them, whatever the noise.
    """
    names = list(cases.domains)
    before = math.prod(cases.domains[name].size for name in names[: names.index(cause)])
    shape = (before, cases.domains[cause].size, -1)
    if isinstance(equation, Assignment):
        values = assign(equation, domain, cases.columns, cases.n).reshape(shape)
        return np.asarray(values[:, :-1] > values[:, 1:])
    if not isinstance(equation, Draw | Table):
        return None
    gumbel = equation.coupling is Coupling.GUMBEL
    if cases.n * domain.size ** (2 if gumbel else 1) > 10 * LIMITS.enumeration:
        return None
    chances = probabilities(equation, domain, cases.columns, cases.n).reshape(*shape, domain.size)
    low, high = chances[:, :-1], chances[:, 1:]
    if gumbel:
        return _odds_fall(low, high)
    return np.asarray((np.cumsum(high, axis=-1) > np.cumsum(low, axis=-1) + _ROUNDING).any(axis=-1))


def _odds_fall(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether p_k(x) p_j(x') > p_j(x) p_k(x') for some levels j < k."""
    before = low[..., :, None] * high[..., None, :]
    after = high[..., :, None] * low[..., None, :]
    levels = low.shape[-1]
    higher = np.tril(np.ones((levels, levels), dtype=bool), -1)  # k, the first axis, above j
    return np.asarray((higher & (before > after * (1 + _ODDS))).any(axis=(-1, -2)))


def _told(cases: Grid, cause: str, step: int, row: int) -> Fall:
    domain = cases.domains[cause]
    others = [f"{n}={d.level(int(cases.columns[n][row]))}" for n, d in cases.domains.items() if n != cause]
    low = domain.offset + step
    return Fall(domain.level(low), domain.level(low + 1), ", ".join(others))
