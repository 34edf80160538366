"""The exogenous part of a fully specified model: what makes a unit the unit that it is.

A unit of an SCM is a value of U (Pearl, Causality, 2nd ed., section 7.1). Here U has three parts:
the declared exogenous variables, the private noise that every ``~`` implies, and the noise of every
renderer. Each column is drawn from a random stream of its own, keyed by seed, split and name, so a
variable's noise depends neither on the other variables nor on the number of rows drawn after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scmlang.data.renderers import Renderer, configured
from scmlang.diagnostics.base import Diagnostic, Note, ScmError
from scmlang.semantics.distributions import noise_kind, respond
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.model import CausalModel, Draw, Render, Role, Table, Variable

Renderers = Mapping[str, Renderer]
_PRIVATE = "noise"


@dataclass(frozen=True)
class Noise:
    """A value of U for each of ``n`` units.

    Attributes:
        n: the number of units.
        split: ``train``, ``val`` or ``test``; renderers draw from other sources in each.
        exogenous: the value of every exogenous variable.
        private: for every other variable with a ``~`` its implied noise: float64[n], uniform on [0, 1)
            or standard normal, or float64[n, levels] of standard Gumbels for ``coupling=gumbel``
            (:func:`scmlang.semantics.distributions.noise_kind`).
        drawing: for every image the noise of its renderer.
    """

    n: int
    split: str
    exogenous: Columns = field(repr=False)
    private: Mapping[str, NDArray[np.float64]] = field(repr=False)
    drawing: Mapping[str, Columns] = field(repr=False)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Flat columns: ``U`` for an exogenous variable, ``C.noise`` for the noise of ``C ~``, with
        ``coupling=gumbel`` ``C.noise.0`` to ``C.noise.{k-1}`` for its k levels in their order, and
        ``I.rank`` for the column ``rank`` of the noise of ``I``'s renderer."""
        flat: dict[str, NDArray[np.generic]] = dict(self.exogenous)
        for name, noise in self.private.items():
            flat |= dict(zip(_private_names(name, noise), np.atleast_2d(noise.T), strict=True))
        for image, columns in self.drawing.items():
            flat |= {f"{image}.{name}": column for name, column in columns.items()}
        return flat

    def take(self, rows: slice | NDArray[np.integer]) -> Noise:
        """The chosen units."""
        exogenous = {name: column[rows] for name, column in self.exogenous.items()}
        private = {name: column[rows] for name, column in self.private.items()}
        drawing = {i: {k: v[rows] for k, v in part.items()} for i, part in self.drawing.items()}
        n = len(np.arange(self.n)[rows])
        return Noise(n, self.split, exogenous, private, drawing)


def draw_noise(
    model: CausalModel, n: int, seed: int, split: str = "train", renderers: Renderers | None = None
) -> Noise:
    """``n`` independent units of a fully specified model.

    The same arguments give the same units, and more rows only add to them.

    Args:
        model: every variable has an equation.
        n: the number of units.
        seed: not negative.
        split: which part of a data set they belong to; other splits have other, independent units.
        renderers: by name; those of the registry by default.

    Raises:
        ScmError: E110 when the model leaves something open.
    """
    require_equations(model)
    renderers = model_renderers(model) if renderers is None else renderers
    exogenous: dict[str, NDArray[np.generic]] = {}
    private: dict[str, NDArray[np.float64]] = {}
    drawing: dict[str, Columns] = {}
    for name, variable in model.variables.items():
        rng = _stream(seed, split, name)
        equation = variable.equation
        if isinstance(equation, Render):
            drawing[name] = renderers[equation.renderer].noise(rng, n, split)
        elif isinstance(equation, (Draw, Table)):
            noise = prior_noise(equation, variable, n, rng)
            if variable.role is Role.EXOGENOUS:
                exogenous[name] = respond(equation, variable.domain, {}, noise)
            else:
                private[name] = noise
    return Noise(n, split, exogenous, private, drawing)


def noise_from_columns(
    model: CausalModel, columns: Columns, split: str, renderers: Renderers | None = None
) -> Noise:
    """The inverse of :meth:`Noise.columns`; columns that are no noise of the model are ignored.

    Raises:
        ScmError: E110 when the model leaves something open; E114 when a column is missing.
    """
    pattern = draw_noise(model, 0, 0, split, renderers)
    missing = [name for name in pattern.columns() if name not in columns]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        helps = ("evaluate against the model that the data were sampled from: its text is in manifest.json",)
        raise ScmError([Diagnostic("E114", f"the exogenous values lack {names}", helps=helps)])
    exogenous = {name: columns[name] for name in pattern.exogenous}
    private = {name: _gather(name, noise, columns) for name, noise in pattern.private.items()}
    drawing = {i: {k: columns[f"{i}.{k}"] for k in part} for i, part in pattern.drawing.items()}
    n = len(next((columns[name] for name in pattern.columns()), ()))
    return Noise(n, split, exogenous, private, drawing)


def require_equations(model: CausalModel) -> None:
    """Refuse a model that is not fully specified.

    Raises:
        ScmError: E110, naming every variable without an equation.
    """
    open_variables = [v for v in model.variables.values() if v.equation is None]
    if not open_variables:
        return
    first, *others = open_variables
    names = ", ".join(f"`{v.name}`" for v in open_variables)
    raise ScmError(
        [
            Diagnostic(
                "E110",
                f"{names} {'have' if others else 'has'} no equation, so `{model.name}` cannot be sampled",
                model.source,
                first.span,
                "no equation",
                tuple(Note("no equation", v.span) for v in others),
                ("a fully specified model gives every variable an equation: `X := …` or `X ~ …`",),
            )
        ]
    )


def model_renderers(model: CausalModel, settings: Mapping[str, str] | None = None) -> dict[str, Renderer]:
    """The renderers that a model names, by name, under ``settings``.

    Raises:
        ScmError: E102 for a setting that none of them knows.
    """
    equations = [v.equation for v in model.variables.values()]
    return configured(sorted({e.renderer for e in equations if isinstance(e, Render)}), settings)


def prior_noise(
    equation: Draw | Table, variable: Variable, n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The noise of a ``~``, of the kind that :func:`scmlang.semantics.distributions.noise_kind` says."""
    kind = noise_kind(equation, variable.domain)
    if kind == "gumbel" and isinstance(variable.domain, Finite):
        return rng.gumbel(size=(n, variable.domain.size))
    return rng.standard_normal(n) if kind == "normal" else rng.random(n)


def _private_names(name: str, noise: NDArray[np.float64]) -> list[str]:
    """The names of the columns of a variable's private noise."""
    if noise.ndim == 1:
        return [f"{name}.{_PRIVATE}"]
    return [f"{name}.{_PRIVATE}.{level}" for level in range(noise.shape[1])]


def _gather(name: str, pattern: NDArray[np.float64], columns: Columns) -> NDArray[np.float64]:
    """The private noise of a variable, of the shape of ``pattern``, from its columns."""
    parts = [columns[column].astype(np.float64) for column in _private_names(name, pattern)]
    return parts[0] if pattern.ndim == 1 else np.stack(parts, axis=1)


def _stream(seed: int, split: str, name: str) -> np.random.Generator:
    """A stream that depends on its key alone."""
    key = np.frombuffer(hashlib.sha256(f"{split}\0{name}".encode()).digest()[:16], "<u4")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(key.tolist())))
