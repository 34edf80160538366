"""Every bound on the work that one input may cause.

``LIMITS`` reads the bounds in force: those of :class:`Limits`, unless :func:`limited` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING


@dataclass(frozen=True)
class Limits:
    """Bounds, each with its unit.

    Attributes:
        source_bytes: size of a model text.
        tokens: words, signs and line ends of a model text.
        brackets: depth of brackets.
        nesting: depth of expressions.
        subscripts: depth of subscripts in subscripts, as `Y[X[Z=1]]`.
        expression_nodes: operands of one expression once every `let` is put in.
        edges: edges of a diagram, each pair that an arrow between sets joins counted.
        diagnostics: errors that one run reports.
        enumeration: parent configurations that a check may try before it falls back on intervals.
        table_cells: probabilities of one conditional table.
        exact_cells: numbers of one table that an exact answer works with.
        assertion_cells: the same for an assertion that a check decides.
        gumbel_levels: levels of a draw with `coupling=gumbel`, each of which has a noise of its own.
        independencies: conditional independencies listed of one diagram.
        estimand_cases: combinations of values that an estimand lists one by one.
        shared_states: joint states of the shared noise of one c-component.
        image_pixels: pixels of an image before it is decoded.
        bound_terms: what the worlds of one term of a query may be, when its bounds are sought.
        response_types: response functions of variables that are confounded with each other, taken together.
        bound_nodes: boxes that are tried when bounds are no linear programme.
        recipe_bytes: size of a recipe.
        recipe_depth: nesting of a recipe.
    """

    source_bytes: int = 1 << 20
    tokens: int = 150_000
    brackets: int = 500
    nesting: int = 200
    subscripts: int = 50
    expression_nodes: int = 10_000
    edges: int = 100_000
    diagnostics: int = 100
    enumeration: int = 100_000
    table_cells: int = 1_000_000
    exact_cells: int = 1 << 24
    assertion_cells: int = 1 << 18
    gumbel_levels: int = 1024
    independencies: int = 10_000
    estimand_cases: int = 1000
    shared_states: int = 4096
    image_pixels: int = 64_000_000
    bound_terms: int = 100_000
    response_types: int = 1 << 17
    bound_nodes: int = 400
    recipe_bytes: int = 1 << 16
    recipe_depth: int = 16


NAMES = tuple(field.name for field in fields(Limits))
# Bounds that may only be lowered.
RECURSIVE = frozenset(("brackets", "nesting", "subscripts", "recipe_depth"))
_in_force: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 - it is frozen


def limited(**bounds: int) -> AbstractContextManager[None]:
    """Other bounds inside, in this thread or task; ``with limited(edges=10**6): scmlang.load("large.scm")``.

    Raises:
        ValueError: for no name of a bound, a bound below 1, or one of :data:`RECURSIVE` above its default;
            what is nested is read by recursion, and Python's stack does not grow with the bound.
    """
    for name, bound in bounds.items():
        if name not in NAMES:
            raise ValueError(f"there is no limit `{name}`; there are {', '.join(NAMES)}")
        most = getattr(Limits, name) if name in RECURSIVE else None
        if bound < 1 or (most is not None and bound > most):
            raise ValueError(f"`{name}` is at least 1" + (f" and at most {most}" if most else ""))
    return _put_in_force(bounds)


@contextmanager
def _put_in_force(bounds: dict[str, int]) -> Iterator[None]:
    token = _in_force.set(replace(_in_force.get(), **bounds))
    try:
        yield
    finally:
        _in_force.reset(token)


if TYPE_CHECKING:
    LIMITS = Limits()
else:

    class _InForce:
        """Has every attribute of the bounds in force."""

        __slots__ = ()

        def __getattr__(self, name: str) -> int:
            return getattr(_in_force.get(), name)

    LIMITS = _InForce()
