"""The conditional tables of a model as arrays."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

import numpy as np

from scmlang.exact.nodes import Node, levels
from scmlang.exact.numbers import Array
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Constant
from scmlang.semantics.model import CausalModel, Draw, Equation, Table


class Written(NamedTuple):
    """P(V | parents) as a model has it written.

    Attributes:
        array: an axis for each of ``parents``, then one for the levels of V.
        parents: of V, in the order of the model.
        node: V, with its levels.
    """

    array: Array
    parents: tuple[str, ...]
    node: Node


class Tables(dict[str, Written | None]):
    """By variable the table that is written for it, or a Bernoulli draw without parents; None for others.

    It is None also where a parent has one level, which is no axis: NumPy has few. A table is made when it is
    first looked up.
    """

    def __init__(self, model: CausalModel) -> None:
        super().__init__()
        self.model = model
        self.position = {name: i for i, name in enumerate(model.topological_order)}

    def ancestors(self, asked: Iterable[str], known: Container[str]) -> list[str]:
        """Variables and their ancestors, causes first, without those known and what is above them alone."""
        parents = self.model.parents
        waiting = [name for name in asked if name not in known]
        found = set(waiting)
        while waiting:
            for parent in parents[waiting.pop()]:
                if parent not in found and parent not in known:
                    found.add(parent)
                    waiting.append(parent)
        return sorted(found, key=self.position.__getitem__)

    def __missing__(self, name: str) -> Written | None:
        variable, parents = self.model.variables[name], self.model.parents[name]
        array, domain = _array(variable.equation, parents), variable.domain
        found = None
        if array is not None and isinstance(domain, Finite):
            found = Written(array, parents, Node(variable, levels(domain)))
        self[name] = found
        return found


def _array(equation: Equation | None, parents: tuple[str, ...]) -> Array | None:
    if isinstance(equation, Table):
        array = equation.chances
        if array.ndim <= len(parents) or equation.parents == parents:
            return array if array.ndim > len(parents) else None
        return array.transpose((*[equation.parents.index(parent) for parent in parents], len(parents)))
    if isinstance(equation, Draw) and equation.distribution == "bernoulli" and not parents:
        (argument,) = equation.arguments
        if isinstance(argument, Constant):
            return np.array((1 - argument.value, argument.value))
    return None
