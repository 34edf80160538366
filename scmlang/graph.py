"""The diagram of a model as a picture, in any of the formats of pictures.

Needs a compilation. Guarantees that nothing heavy is loaded, that a mistake in an intervention is a
diagnostic, and that the same model gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.drawing import Layout, lay_out, make_scene, shown, svg, tikz
from scmlang.diagram.drawing.layout import Direction
from scmlang.diagram.region import Region
from scmlang.exchange.pictures import require_drawable
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Role
from scmlang.semantics.queries import Intervention


class Graph:
    """A drawn diagram; notebooks show it.

    Args:
        compilation: of the model.
        do: interventions, ``X=1``, ``do(X=1)`` or the name of such a query in the file.
        latent: show latent variables; without, the diagram is the latent projection.
        exogenous: show exogenous variables that the file names.
        direction: ``right`` or ``down``.
        regions: what is coloured in the SVG.

    Raises:
        ScmError: E070, E071, E072 for a mistaken intervention, E184 for one on what is not shown.
        ValueError: for another direction.
    """

    def __init__(
        self,
        compilation: Compilation,
        do: Iterable[str] = (),
        latent: bool = False,
        exogenous: bool = False,
        direction: str = "right",
        regions: Sequence[Region] = (),
    ) -> None:
        self._direction = Direction(direction)
        self._regions = tuple(regions)
        self._model = shown(compilation.model, latent=latent, exogenous=exogenous)
        self._do = {name: value for text in do for name, value in _settings(compilation, text).items()}
        for name in self._do:
            if name not in self._model.variables:
                message = f"`{name}` is latent, and latent variables are not shown"
                raise ScmError([Diagnostic("E184", message, helps=("add `--latent`, or `latent=True`",))])

    @cached_property
    def layout(self) -> Layout:
        """Where everything is.

        Raises:
            ScmError: E255 where there is too much to be drawn.
        """
        scene = make_scene(self._model, self._do)
        require_drawable(scene, self._model)
        return lay_out(scene, self._direction)

    @cached_property
    def svg(self) -> str:
        """The picture; an intervention is shown by the arrows it cuts."""
        return svg(self.layout, self._regions)

    @cached_property
    def tikz(self) -> str:
        """The picture as a standalone LaTeX document."""
        return tikz(self.layout)

    @property
    def dot(self) -> str:
        """Graphviz DOT; the arrows that an intervention cuts are dotted and grey."""
        from scmlang.exchange.dot import write

        return write(endogenous(self._model), self._do, self._direction is Direction.right)

    @property
    def mermaid(self) -> str:
        """Mermaid; the arrows that an intervention cuts are grey and end in a cross."""
        from scmlang.exchange.mermaid import write

        return write(endogenous(self._model), self._do, self._direction is Direction.right)

    def _repr_svg_(self) -> str | None:
        """The picture for notebooks; None where there is too much to be drawn."""
        try:
            return self.svg
        except ScmError:
            return None


def endogenous(model: CausalModel) -> CausalModel:
    """The model with shown exogenous variables as latent roots, which writers of text formats know."""
    variables = {
        name: replace(variable, role=Role.LATENT) if variable.role is Role.EXOGENOUS else variable
        for name, variable in model.variables.items()
    }
    return replace(model, variables=variables)


def _settings(compilation: Compilation, text: str) -> dict[str, str]:
    """The intervened variables and their values as files write them."""
    words = text.strip()
    bare = re.match(r"\w+\s*=", words)
    query = compilation.query(f"do({words})" if bare else words)
    if not isinstance(query, Intervention):
        raise ScmError(
            [Diagnostic("E184", f"`{text}` is no intervention", helps=("write, for instance, X=1",))]
        )
    variables = compilation.model.variables
    return {name: _written(variables[name].domain, value) for name, value in query.settings.items()}


def _written(domain: object, value: object) -> str:
    if isinstance(domain, Finite) and isinstance(value, int):
        return domain.level(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
