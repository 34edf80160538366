"""Bars: their lengths are the numbers, their texts stay inside, and no text is markup."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagram.drawing.text import text_width
from scmlang.views.bars import PALETTE, Bar, Chart, Group, Panel, coloured
from scmlang.views.drawing import BAR, INK, SWATCH, blocks, shortened, ticks

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


def chart(values: list[float], title: str = "P(Y)", labels: list[str] | None = None) -> Chart:
    labels = labels or [f"Y={i}" for i in range(len(values))]
    groups = tuple(
        Group(label, (Bar(value, f"{value:.4g}"),)) for label, value in zip(labels, values, strict=True)
    )
    return Chart(title, ("exact",), coloured(["p"]), (Panel("", groups),))


def drawn(picture: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg)


def bars(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Where each bar starts and how long it is."""
    filled = [r for r in root.iter(f"{SVG}rect") if r.get("fill") in PALETTE]
    return [(number(r, "x"), number(r, "width")) for r in filled if number(r, "height") > SWATCH]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "nan"))


@given(st.lists(numbers, min_size=1, max_size=12))
def test_lengths_are_proportional_and_start_at_zero(values: list[float]) -> None:
    picture = bars(drawn(chart(values)))
    longest, (_, most) = max(zip(map(abs, values), picture, strict=True))
    zeros = [x if value >= 0 else x + width for value, (x, width) in zip(values, picture, strict=True)]
    assert max(zeros) - min(zeros) <= 0.02
    for value, (_, width) in zip(values, picture, strict=True):
        assert width == pytest.approx(abs(value) / longest * most if longest else 0, abs=0.02)


@given(numbers, numbers)
def test_ticks_are_round_and_reach_past_both_ends(a: float, b: float) -> None:
    low, high = min(a, b, 0.0), max(a, b, 0.0)
    if low == high:
        return
    found = ticks(low, high)
    span = high - low
    assert found[0] <= low + 1e-6 * span
    assert found[-1] >= high - 1e-6 * span
    assert 2 <= len(found) <= 8
    assert any(tick == 0 for tick in found)


def test_whiskers_end_where_the_interval_does() -> None:
    whiskered = Bar(0.5, "0.5", (0.25, 1.0))
    picture = Chart("P", (), coloured(["p"]), (Panel("", (Group("", (whiskered,)),)),))
    root = drawn(picture)
    (x, width), (path,) = bars(root)[0], [p for p in root.iter(f"{SVG}path") if p.get("stroke") == INK]
    low, high = (float(part.split(",")[0]) for part in path.get("d", "").split("M")[1:3])
    assert low == pytest.approx(x + width / 2, abs=0.02)
    assert high == pytest.approx(x + 2 * width, abs=0.02)


def test_nothing_in_a_text_is_markup() -> None:
    nasty = "<script>&\"'"
    root = drawn(chart([0.5], title=nasty, labels=[nasty]))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts.count(nasty) == 2
    assert not list(root.iter(f"{SVG}script"))


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=300))
def test_long_texts_end_within_the_picture(text: str) -> None:
    root = drawn(chart([1.0], title=text, labels=[text]))
    width = number(root, "width")
    for element in root.iter(f"{SVG}text"):
        size, x = number(element, "font-size"), number(element, "x")
        across = text_width(element.text or "", size)
        shift = {None: 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor")]
        assert x - shift * across >= 0
        assert x + (1 - shift) * across <= width


@given(st.lists(st.text("abcXYZ=[]", min_size=1, max_size=80), min_size=2, max_size=6, unique=True))
def test_a_legend_stays_within_the_picture_and_over_the_bars(names: list[str]) -> None:
    bars_ = tuple(Bar(1.0, "1") for _ in names)
    root = drawn(Chart("P", (), coloured(names), (Panel("", (Group("", bars_),)),)))
    swatches = [r for r in root.iter(f"{SVG}rect") if number(r, "height") == SWATCH]
    assert len(swatches) == len(names)
    first = min(number(r, "y") for r in root.iter(f"{SVG}rect") if number(r, "height") == BAR - 2)
    assert all(number(r, "y") + SWATCH < first for r in swatches)
    for element in root.iter(f"{SVG}text"):
        if element.get("text-anchor") is None:
            across = text_width(element.text or "", number(element, "font-size"))
            assert number(element, "x") + across <= number(root, "width")


@given(st.text(max_size=60), st.floats(20, 200))
def test_a_shortened_text_is_a_beginning_that_fits(text: str, width: float) -> None:
    short = shortened(text, width, 12)
    assert text_width(short, 12) <= width
    assert short == text or text.startswith(short[:-1])


def test_an_undefined_number_is_said_and_not_drawn() -> None:
    groups = (Group("a", (Bar(0.5, "0.5"),)), Group("b", (Bar(None, "undefined"),)))
    picture = Chart("P", (), coloured(["p"]), (Panel("", groups),))
    assert len(bars(drawn(picture))) == 1
    assert "undefined" in picture.svg


def test_a_panel_apart_has_an_axis_of_its_own() -> None:
    def panel(name: str, value: float, *, apart: bool = False) -> Panel:
        return Panel(name, (Group("", (Bar(value, f"{value:g}"),)),), apart)

    panels = [panel("X", 1.0), panel("Y", 0.5), panel("A", 500.0, apart=True), panel("Z", 0.25)]
    assert [[p.heading for p in block] for block in blocks(panels)] == [["X", "Y"], ["A"], ["Z"]]
    x, y, a, z = (width for _, width in bars(drawn(Chart("P", (), coloured(["p"]), tuple(panels)))))
    assert x == a
    assert [2 * y, 4 * z] == pytest.approx([x, x], abs=0.05)


def test_bars_do_not_touch() -> None:
    rects = [r for r in drawn(chart([1.0] * 5)).iter(f"{SVG}rect") if r.get("fill") in PALETTE]
    tops = [number(r, "y") for r in rects]
    assert all(b - a >= BAR for a, b in pairwise(tops))
