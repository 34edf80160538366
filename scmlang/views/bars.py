"""Bar charts: what is drawn.

Bars lie, so that their names can be read, and start at zero. Several series share a group, as the factual and
the interventional probability of one level do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scmlang.diagram.drawing.svg import FAINT, SET

# Of Okabe and Ito, which people tell apart whatever colours they see.
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
FACTUAL, INTERVENTIONAL = FAINT, SET


@dataclass(frozen=True)
class Bar:
    """A number, None where it is undefined, its text, and the ends of its whisker where it has one."""

    value: float | None
    text: str
    whisker: tuple[float, float] | None = None


@dataclass(frozen=True)
class Group:
    """What the bars of the series are about, and one bar for each series."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Panel:
    """Groups under a heading; ``apart`` where their numbers have a scale of their own."""

    heading: str
    groups: tuple[Group, ...]
    apart: bool = False

    @property
    def bars(self) -> list[Bar]:
        """Every bar, from top to bottom."""
        return [bar for group in self.groups for bar in group.bars]


@dataclass(frozen=True)
class Series:
    """A name for the legend, and a colour."""

    name: str
    colour: str


@dataclass(frozen=True)
class Chart:
    """A chart; notebooks show it, and ``svg`` is its text."""

    title: str
    notes: tuple[str, ...]
    series: tuple[Series, ...]
    panels: tuple[Panel, ...]

    @cached_property
    def svg(self) -> str:
        """The picture, a whole SVG document without an XML declaration."""
        from scmlang.views.drawing import svg

        return svg(self)

    def _repr_svg_(self) -> str:
        return self.svg

    @property
    def bars(self) -> list[Bar]:
        """Every bar, from top to bottom."""
        return [bar for panel in self.panels for bar in panel.bars]


def coloured(names: Sequence[str]) -> tuple[Series, ...]:
    """Series in the colours of the palette, repeated where there are more."""
    return tuple(Series(name, PALETTE[i % len(PALETTE)]) for i, name in enumerate(names))
