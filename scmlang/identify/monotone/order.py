"""Which potential responses never exceed which, in any unit, because mechanisms are monotone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from scmlang.diagram.diagram import Diagram
from scmlang.semantics.domains import Finite
from scmlang.semantics.quantities import World

Arrow = tuple[str, str]
Setting = Mapping[str, int]  # what a world holds, by variable


class Order:
    """The order of the potential responses of each variable.

    Args:
        diagram: without latent nodes.
        arrows: those of it along which no effect falls as its cause rises.
        domains: of the finite variables.
    """

    def __init__(self, diagram: Diagram, arrows: frozenset[Arrow], domains: Mapping[str, Finite]) -> None:
        self.diagram = diagram
        self.arrows = arrows
        self.domains = domains
        self._cut = cache(diagram.mutilate)

    def setting(self, variable: str, world: World) -> Setting | None:
        """What of a world matters to a variable: what has a path to it past all else that is held.

        None where something is held at no level, or at what it would be in another world.
        """
        held: dict[str, int] = {}
        for one in world:
            known = one.variable in self.domains and one.variable in self.diagram.observed
            if not isinstance(one.value, int) or not known:
                return None
            held[one.variable] = one.value
        return None if variable in held else self.restricted(variable, held)

    def restricted(self, variable: str, setting: Setting) -> Setting:
        """The part of a setting that has a path to a variable."""
        above = self.above(variable, setting)
        return {name: value for name, value in setting.items() if name in above}

    def above(self, variable: str, setting: Setting) -> frozenset[str]:
        """What has a path to a variable past all else that a setting holds."""
        return self._cut(frozenset(setting)).ancestors(variable)

    def below(self, variable: str, low: Setting, high: Setting) -> frozenset[Arrow] | None:
        """The arrows that make Y under ``low`` at most Y under ``high`` in every unit; None for no order.

        Going from one setting to the other variable by variable, Y never falls where the variable rises and
        all ways from it to Y are monotone. What is held in one setting only has its natural value in the
        other (composition: Y_w = Y_{w, X=x} where X_w = x), which is between its least and greatest levels.
        """
        names = frozenset(low) | frozenset(high)
        used: frozenset[Arrow] = frozenset()
        for name in sorted(names):
            before, after = low.get(name), high.get(name)
            path = self.rising(name, variable, names) if before != after else frozenset()
            if path is None or (path and not self._rises(name, before, after)):
                return None
            used |= path
        return used

    def _rises(self, name: str, before: int | None, after: int | None) -> bool:
        """Whether a variable is held at no less; None stands for its natural value."""
        domain = self.domains[name]
        if before is None or after is None:
            return before == domain.offset or after == domain.offset + domain.size - 1
        return before <= after

    def rising(self, cause: str, effect: str, held: frozenset[str]) -> frozenset[Arrow] | None:
        """The arrows of all directed paths past what is held; None where one of them is not monotone."""
        graph = self._cut(held | {cause})
        below, above = graph.descendants(cause), graph.ancestors(effect)
        found = frozenset((parent, node) for node in below & above for parent in graph.parents(node) & below)
        return found if found <= self.arrows else None
