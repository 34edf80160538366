"""Curves as SVG: every value at its place."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.views.curves import HEIGHT, MOST, PANEL, curves_svg

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.floats(-1e6, 1e6)


def points(svg: str) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in (point.split(",") for point in line.attrib["points"].split())]
        for line in ET.fromstring(svg).iter(f"{SVG}polyline")
    ]


@given(st.lists(NUMBERS, min_size=2, max_size=50))
def test_larger_values_stand_higher_and_later_ones_to_the_right(values: list[float]) -> None:
    (line,) = points(curves_svg("t", {"loss": list(enumerate(values))}))
    assert line[-1] == line[len(values) - 1]
    assert [x for x, _ in line[: len(values)]] == sorted(x for x, _ in line[: len(values)])
    ys = [y for _, y in line]
    assert max(ys) - min(ys) <= HEIGHT + 0.1
    assert line[-1][0] - line[0][0] <= PANEL + 0.1
    for (a, y_a), (b, y_b) in zip(
        zip(values, ys, strict=False), zip(values[1:], ys[1:], strict=False), strict=False
    ):
        assert (y_a - y_b) * (b - a) >= -1e-6


def test_what_is_not_finite_is_left_out_and_long_curves_are_thinned_with_their_ends() -> None:
    curve = [(step, float(step)) for step in range(5 * MOST)]
    svg = curves_svg("t", {"a": [(0, 1.0), (1, math.nan), (2, 3.0)], "b": [(0, math.inf)], "c": curve})
    short, long = points(svg)
    assert len(set(short)) == 2
    assert len(long) <= MOST + 1
    assert long[-1][1] == pytest.approx(min(y for _, y in long))
    names = {text.text for text in ET.fromstring(svg).iter(f"{SVG}text")}
    assert {"a", "c"} <= names
    assert "b" not in names


def test_names_are_escaped() -> None:
    assert "a &lt; b" in curves_svg("a < b", {})
