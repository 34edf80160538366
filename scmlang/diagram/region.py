"""A part of a diagram, to be coloured in a drawing."""

from __future__ import annotations

from dataclasses import dataclass

Edge = tuple[str, str]


@dataclass(frozen=True)
class Region:
    """Some nodes and edges.

    Attributes:
        label: what it is, for the legend.
        nodes: its variables.
        directed: its edges (cause, effect).
        bidirected: its edges as sorted pairs.
    """

    label: str
    nodes: frozenset[str]
    directed: frozenset[Edge] = frozenset()
    bidirected: frozenset[Edge] = frozenset()
