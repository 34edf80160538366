"""Forward sampling: the equations of a fully specified model, solved for given exogenous values.

With U fixed, the (mutilated) equations of an acyclic model have one solution, the potential response
(J. Pearl, Causality, 2nd ed., definition 7.1.4). So a true counterfactual is :func:`simulate` twice
with the same :class:`~scmlang.exact.noise.Noise`, once under ``do``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from scmlang.data.columns import parse_value
from scmlang.data.renderers import Renderer, check_parameters
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exact.noise import Noise, Renderers, model_renderers, require_equations
from scmlang.semantics.distributions import assign, respond
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Columns, evaluate
from scmlang.semantics.model import Assignment, CausalModel, Render, Role, Variable
from scmlang.source import Span

Value = int | float | str
Interventions = Mapping[str, Value | NDArray[np.generic]]
CHUNK = 2048


def simulate(
    model: CausalModel, noise: Noise, do: Interventions | None = None
) -> dict[str, NDArray[np.generic]]:
    """The value of every variable that is no image, in each unit: M_do(u).

    Args:
        model: every variable has an equation.
        noise: the units.
        do: interventions; a value (a level by name or number, a real number) for all units, or one
            value for each of them.

    Returns:
        Columns of numeric values, int64[n] where the domain is finite, float64[n] where it is real,
        exogenous and latent variables included.

    Raises:
        ScmError: E110 when the model leaves something open; E111, E112 for an intervention that
            cannot be made; E113 when an equation leaves its variable's domain in some unit.
    """
    require_equations(model)
    fixed = {name: _fix(model, name, value, noise.n) for name, value in (do or {}).items()}
    values: dict[str, NDArray[np.generic]] = dict(noise.exogenous)
    for name in model.topological_order:
        variable = model.variables[name]
        if variable.role is not Role.EXOGENOUS and not variable.is_image:
            values[name] = fixed[name] if name in fixed else _respond(model, variable, values, noise)
    return values


def render(
    model: CausalModel, image: str, values: Columns, noise: Noise, renderers: Renderers | None = None
) -> NDArray[np.uint8]:
    """The images uint8[n, C, H, W] of ``image``, for values from :func:`simulate` and their noise.

    Raises:
        ScmError: E103 when an argument leaves its parameter's range; E100, E101 when the renderer's
            material cannot be had.
    """
    renderer, arguments = drawing(model, image, values, noise, renderers)
    return renderer.render(arguments, noise.drawing[image], noise.split)


def render_chunks(
    model: CausalModel, image: str, values: Columns, noise: Noise, renderers: Renderers | None = None
) -> Iterator[NDArray[np.uint8]]:
    """:func:`render`, :data:`CHUNK` units at a time."""
    renderers = model_renderers(model) if renderers is None else renderers
    for start in range(0, noise.n, CHUNK):
        rows = slice(start, start + CHUNK)
        part = {name: column[rows] for name, column in values.items()}
        yield render(model, image, part, noise.take(rows), renderers)


def provenance(
    model: CausalModel, image: str, values: Columns, noise: Noise, renderers: Renderers | None = None
) -> dict[str, NDArray[np.generic]]:
    """What the renderer of ``image`` tells of how it made each picture, by column."""
    renderer, arguments = drawing(model, image, values, noise, renderers)
    return renderer.provenance(arguments, noise.drawing[image], noise.split)


def drawing(
    model: CausalModel, image: str, values: Columns, noise: Noise, renderers: Renderers | None = None
) -> tuple[Renderer, dict[str, NDArray[np.generic]]]:
    """The renderer of ``image`` and the parameter values it is given, checked."""
    equation = model.variables[image].equation
    if not isinstance(equation, Render):
        raise TypeError(f"{image} has no renderer")
    renderers = model_renderers(model) if renderers is None else renderers
    renderer = renderers[equation.renderer]
    arguments = {name: evaluate(e, values, noise.n) for name, e in equation.arguments.items()}
    for name, parameter in renderer.parameters.items():
        if name not in arguments and parameter.default is not None:
            arguments[name] = np.full(noise.n, parameter.default)
    check_parameters(renderer, arguments)
    return renderer, arguments


def _respond(model: CausalModel, variable: Variable, values: Columns, noise: Noise) -> NDArray[np.generic]:
    """What the variable's equation gives, checked against its domain."""
    equation = variable.equation
    if equation is None or isinstance(equation, Render):
        raise TypeError(f"{variable.name} has no equation over values")
    if isinstance(equation, Assignment):
        response = assign(equation, variable.domain, values, noise.n)
    else:
        response = respond(equation, variable.domain, values, noise.private[variable.name])
    fits = _fits(variable.domain, response)
    if not fits.all():
        raise ScmError([_left_domain(model, variable, equation.span, response, fits)])
    return response.astype(np.int64 if isinstance(variable.domain, Finite) else np.float64)


def _fits(domain: Domain, values: NDArray[np.generic]) -> NDArray[np.bool_]:
    numbers = values.astype(np.float64)
    if not isinstance(domain, Finite):
        return np.isfinite(numbers)
    inside = (numbers >= domain.offset) & (numbers < domain.offset + domain.size)
    fits: NDArray[np.bool_] = inside & (numbers == np.floor(numbers))
    return fits


def _left_domain(
    model: CausalModel, variable: Variable, span: Span, response: NDArray[np.generic], fits: NDArray[np.bool_]
) -> Diagnostic:
    bad = np.flatnonzero(~fits)
    message = (
        f"the equation of `{variable.name}` gives {response[bad[0]]:g}, which is not in {variable.domain}, "
        f"in {len(bad)} of {len(response)} units"
    )
    helps = (f"clip(…) or round(…) keeps `{variable.name}` in its domain",)
    return Diagnostic("E113", message, model.source, span, helps=helps)


def _fix(model: CausalModel, name: str, value: Value | NDArray[np.generic], n: int) -> NDArray[np.generic]:
    variable = model.variables.get(name)
    if variable is None or variable.role is Role.EXOGENOUS or variable.is_image:
        known = ", ".join(f"`{v.name}`" for v in model.endogenous if not v.is_image)
        message = f"`{name}` cannot be intervened on"
        raise ScmError([Diagnostic("E111", message, helps=(f"these can: {known}",))])
    column = np.broadcast_to(np.asarray(_numeric(variable, value)), (n,))
    if not _fits(variable.domain, column).all():
        raise ScmError([_no_value(variable, value)])
    return column.astype(np.int64 if isinstance(variable.domain, Finite) else np.float64)


def _numeric(variable: Variable, value: Value | NDArray[np.generic]) -> float | NDArray[np.generic]:
    if not isinstance(value, str):
        return value
    number = parse_value(value, variable.domain)
    if number is None:
        raise ScmError([_no_value(variable, value)])
    return number


def _no_value(variable: Variable, value: object) -> Diagnostic:
    shown = value if isinstance(value, (int, float, str)) else "one of the values given"
    message = f"do({variable.name}={shown}): the domain of `{variable.name}` is {variable.domain}"
    return Diagnostic("E112", message)
