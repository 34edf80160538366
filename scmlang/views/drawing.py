"""Bar charts as SVG text.

Looks are those of the diagrams: explicit colours on a white ground, no style sheet, no ids. Panels have one
scale, but for those that stand apart, and neighbours of one scale share an axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from scmlang.diagram.drawing.svg import FAINT, INK, decimals
from scmlang.diagram.drawing.text import FONTS, text_width
from scmlang.views.bars import Bar, Chart, Group, Panel

GRID, QUIET = "#e5e7eb", "#6b7280"
FONT, TITLE_FONT, SMALL_FONT = 12.0, 14.0, 11.0
BAR, GROUP_GAP, PANEL_GAP, MARGIN = 15.0, 7.0, 12.0, 16.0
SWATCH, LEGEND_GAP, LEGEND_LINE, NOTE_LINE = 11.0, 18.0, 20.0, 16.0
PLOT, LONGEST_LABEL, WIDEST = 380.0, 280.0, 1000.0
SMALLEST = 1e-300  # the span of numbers that are as good as equal


def svg(chart: Chart) -> str:
    """The picture, a whole SVG document without an XML declaration."""
    return _Drawing(chart).svg()


def blocks(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Neighbours that share an axis; one that stands apart is alone."""
    found: list[list[Panel]] = []
    for panel in panels:
        if found and not (panel.apart or found[-1][-1].apart):
            found[-1].append(panel)
        else:
            found.append([panel])
    return found


def ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, from at most ``low`` to at least ``high``."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def spanned(bars: Sequence[Bar]) -> list[float]:
    """The ticks of an axis with zero and every end of some bars on it."""
    ends = [0.0, *(e for bar in bars for e in (bar.value, *(bar.whisker or ())) if e is not None)]
    low, high = min(ends), max(ends)
    return ticks(low, high if high - low > SMALLEST else 1.0)


class _Drawing:
    """One chart with the measures that its texts and numbers ask for."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        names = [group.label for panel in chart.panels for group in panel.groups]
        labels = max((text_width(name, FONT) for name in names), default=0.0)
        self.left = MARGIN + min(labels, LONGEST_LABEL) + 8
        texts = max((text_width(bar.text, SMALL_FONT) for bar in chart.bars), default=0.0)
        needed = self.left + PLOT + 8 + texts + MARGIN
        self.width = max(needed, min(2 * MARGIN + text_width(chart.title, TITLE_FONT), WIDEST))
        self.right = self.width - MARGIN - texts - 8
        self.legend = self._legend()
        lines = 1 + max((line for _, line, _ in self.legend), default=-1)
        self.top = MARGIN + TITLE_FONT + 8 + LEGEND_LINE * lines

    def svg(self) -> str:
        body: list[str] = []
        y = self.top
        panels = self.chart.panels
        common = spanned([bar for panel in panels if not panel.apart for bar in panel.bars])
        for block in blocks(panels):
            axis = spanned(block[0].bars) if block[0].apart else common
            lines, y = _Plot(self.chart, block, axis, (self.left, self.right)).drawn(y)
            body += lines
        notes = list(self._notes(y))
        across, down = decimals(self.width), decimals(y + NOTE_LINE * len(notes) + MARGIN)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {across} {down}" '
            f'width="{across}" height="{down}">',
            f"<title>{escape(self.chart.title)}</title>",
            f"<desc>{escape(description(self.chart))}</desc>",
            f'<rect width="{across}" height="{down}" rx="8" fill="#ffffff"/>',
            f'<g font-family="{FONTS}">',
            *self._head(),
            *body,
            *notes,
            "</g>",
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def _legend(self) -> list[tuple[float, int, str]]:
        """Where the name of each series stands, on which line, and the name; nothing for a single one."""
        places: list[tuple[float, int, str]] = []
        x, line = MARGIN, 0
        for series in self.chart.series if len(self.chart.series) > 1 else ():
            name = shortened(series.name, LONGEST_LABEL, FONT)
            across = SWATCH + 5 + text_width(name, FONT)
            if x > MARGIN and x + across > self.width - MARGIN:
                x, line = MARGIN, line + 1
            places.append((x, line, name))
            x += across + LEGEND_GAP
        return places

    def _head(self) -> Iterator[str]:
        title = shortened(self.chart.title, self.width - 2 * MARGIN, TITLE_FONT)
        yield svg_text(title, MARGIN, MARGIN + TITLE_FONT - 2, TITLE_FONT, INK)
        for series, (x, line, name) in zip(self.chart.series, self.legend, strict=False):
            y = MARGIN + TITLE_FONT + 8 + LEGEND_LINE * line
            yield _rect(x, y, SWATCH, SWATCH, series.colour)
            yield svg_text(name, x + SWATCH + 5, y + SWATCH - 1, FONT, INK)

    def _notes(self, y: float) -> Iterator[str]:
        for i, note in enumerate(self.chart.notes, 1):
            words = shortened(note, self.width - 2 * MARGIN, SMALL_FONT)
            yield svg_text(words, MARGIN, y + NOTE_LINE * i, SMALL_FONT, QUIET)


class _Plot:
    """Panels over one axis, whose ticks are given."""

    def __init__(
        self, chart: Chart, panels: Sequence[Panel], axis: list[float], between: tuple[float, float]
    ) -> None:
        self.chart, self.panels, self.ticks = chart, panels, axis
        self.left, self.right = between

    def x(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def drawn(self, top: float) -> tuple[list[str], float]:
        """The panels from ``top`` down, and where their axis ends."""
        lines: list[str] = []
        y = top + 4
        for panel in self.panels:
            if panel.heading:
                lines.append(svg_text(panel.heading, MARGIN, y + FONT, FONT, INK, weight="bold"))
                y += FONT + 8
            for group in panel.groups:
                lines += self._group(group, y)
                y += BAR * len(group.bars) + GROUP_GAP
            y += PANEL_GAP if panel is not self.panels[-1] else 0
        return [*self._axis(top, y), *lines], y + SMALL_FONT + 10

    def _axis(self, top: float, bottom: float) -> Iterator[str]:
        for tick in self.ticks:
            x = decimals(self.x(tick))
            colour = FAINT if tick == 0 else GRID
            yield f'<path d="M{x},{decimals(top)} V{decimals(bottom)}" stroke="{colour}"/>'
            yield svg_text(f"{tick:.6g}", self.x(tick), bottom + SMALL_FONT + 3, SMALL_FONT, QUIET, "middle")

    def _group(self, group: Group, y: float) -> Iterator[str]:
        middle = y + BAR * len(group.bars) / 2 + 0.35 * FONT
        yield svg_text(shortened(group.label, LONGEST_LABEL, FONT), self.left - 8, middle, FONT, INK, "end")
        for bar, series in zip(group.bars, self.chart.series, strict=True):
            yield from self._bar(bar, series.colour, y)
            y += BAR

    def _bar(self, bar: Bar, colour: str, y: float) -> Iterator[str]:
        base = 0.35 * SMALL_FONT + y + BAR / 2
        if bar.value is None and bar.whisker is None:
            yield svg_text(bar.text, self.x(0) + 6, base, SMALL_FONT, QUIET)
            return
        ends = [self.x(end) for end in (0.0, bar.value or 0.0, *(bar.whisker or ()))]
        if bar.value is not None:
            start, end = sorted((self.x(0), self.x(bar.value)))
            yield _rect(start, y + 1, end - start, BAR - 2, colour)
        if bar.whisker is not None:
            low, high = (decimals(self.x(end)) for end in bar.whisker)
            top, centre, bottom = (decimals(y + part * BAR) for part in (0.25, 0.5, 0.75))
            caps = f"M{low},{top} V{bottom} M{high},{top} V{bottom} M{low},{centre} H{high}"
            yield f'<path d="{caps}" fill="none" stroke="{INK}" stroke-width="1.4"/>'
        yield svg_text(bar.text, max(ends) + 6, base, SMALL_FONT, INK)


def description(chart: Chart) -> str:
    """The chart in words."""
    words = []
    for panel in chart.panels:
        for group in panel.groups:
            name = " ".join(filter(None, (panel.heading, group.label)))
            parts = [
                f"{series.name} {bar.text}" if len(chart.series) > 1 else bar.text
                for bar, series in zip(group.bars, chart.series, strict=True)
            ]
            words.append(f"{name}: {', '.join(parts)}." if name else f"{', '.join(parts)}.")
    return " ".join([*words, *(f"{note}." for note in chart.notes)])


def shortened(text: str, width: float, size: float) -> str:
    """The text, or as much of its beginning as fits into a width, with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    box = " ".join(
        f'{name}="{decimals(value)}"'
        for name, value in zip(("x", "y", "width", "height"), (x, y, width, height), strict=True)
    )
    return f'<rect {box} fill="{fill}"/>'


def svg_text(
    text: str, x: float, y: float, size: float, fill: str, anchor: str = "start", weight: str = "normal"
) -> str:
    """A text element; ``anchor`` says which end of it stands at ``x``."""
    place = f'x="{decimals(x)}" y="{decimals(y)}" font-size="{decimals(size)}" fill="{fill}"'
    extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
    extra += f' font-weight="{weight}"' if weight != "normal" else ""
    return f"<text {place}{extra}>{escape(text)}</text>"
