"""The network of a query of one world whose mechanisms are written tables: the truncated factorization.

.. math:: P(v \\mid do(x)) = \\prod_{V_i \\notin X} P(v_i \\mid pa_i),

over the ancestors of what is asked about (Pearl, Causality, 2nd ed., section 3.2.3). Its factors are the
tables of the model as they are, and a variable has one instance, so none are collected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scmlang.exact.factors import Factor
from scmlang.exact.instances import Instances, Setting
from scmlang.exact.nodes import Nodes
from scmlang.exact.numbers import FLOATS
from scmlang.exact.tables import Tables
from scmlang.semantics.model import Variable
from scmlang.semantics.quantities import Counterfactual, World


class Truncated(Nodes):
    """The nodes and factors of some variables and their ancestors in one world.

    Args:
        tables: of the model.
        world: what is held, each at one of the settings.
        settings: by symbol.
        cells: the bound on one table.
    """

    def __init__(self, tables: Tables, world: World, settings: Mapping[str, Setting], cells: int) -> None:
        super().__init__(tables.model, FLOATS, cells)
        self.of: dict[str, int] = {}
        self._tables = tables
        self._world = world
        self._symbols = settings
        for held in world:
            setting = settings[str(held.value)]
            self.of[setting.variable] = self._setting(setting)

    def add(self, asked: Collection[str]) -> bool:
        """Add variables with their ancestors; whether each of them has a written table within the bound."""
        tables, of, nodes, factors, cells = self._tables, self.of, self.nodes, self.factors, self.cells
        for name in tables.ancestors(asked, of):
            written = tables[name]
            if written is None or written.array.size > cells:
                return False
            node = of[name] = len(nodes)
            nodes.append(written.node)
            factors.append(Factor((*[of[p] for p in written.parents], node), written.array, (node,)))
        return True

    def called(self, node: int) -> str:
        label = self.nodes[node].label
        if not isinstance(label, Variable):
            return super().called(node)
        return str(Instances(self.model, self._symbols).place(Counterfactual(label.name, self._world)))


def truncated(
    named: Collection[Counterfactual], settings: Mapping[str, Setting], tables: Tables, cells: int
) -> Truncated | None:
    """The network of counterfactual variables, in floats.

    Returns:
        None where they are in several worlds, a world holds something at other than a setting, or a variable
        has no written table, or one over the bound.
    """
    worlds = {variable.world for variable in named}
    if len(worlds) != 1:
        return None
    (world,) = worlds
    if any(held.value not in settings for held in world):
        return None
    found = Truncated(tables, world, settings, cells)
    return found if found.add([variable.variable for variable in named]) else None
