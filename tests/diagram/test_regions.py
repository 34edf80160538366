"""Regions in colour."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from scmlang.diagram.drawing import Edge, Node, Scene, lay_out, svg
from scmlang.diagram.drawing.regions import COLOURS
from scmlang.diagram.region import Region

SPACE = "{http://www.w3.org/2000/svg}"
SCENE = Scene(
    "bow", (Node("X"), Node("Y"), Node("Z")), (Edge("X", "Y"), Edge("Y", "X", True), Edge("Z", "X"))
)
OUTER = Region("outer & whole", frozenset("XY"), frozenset({("X", "Y")}), frozenset({("X", "Y")}))
INNER = Region("inner", frozenset("Y"))


def drawn(scene: Scene, *regions: Region) -> ElementTree.Element:
    return ElementTree.fromstring(svg(lay_out(scene), regions))


def coloured(picture: ElementTree.Element, tag: str, colour: str) -> list[ElementTree.Element]:
    found = picture.iter(SPACE + tag)
    return [element for element in found if colour in (element.get("fill"), element.get("stroke"))]


def test_nodes_and_edges_of_a_region_are_coloured_and_no_others() -> None:
    picture = drawn(SCENE, OUTER, INNER)
    first, second, *_ = COLOURS
    assert len(coloured(picture, "rect", first)) == len("XY") + 1  # and the legend's swatch
    assert len(coloured(picture, "rect", second)) == len("Y") + 1
    assert len(coloured(picture, "path", first)) == 2
    assert coloured(picture, "path", second) == []


def test_colours_lie_behind_everything() -> None:
    tags = [(e.tag, e.get("fill"), e.get("stroke")) for e in drawn(SCENE, OUTER)]
    last_colour = max(i for i, (tag, *looks) in enumerate(tags) if COLOURS[0] in looks and i < len(tags) - 2)
    assert last_colour < min(i for i, (tag, *_) in enumerate(tags) if tag == SPACE + "g")


def test_the_legend_is_in_the_picture_and_in_words() -> None:
    picture = drawn(SCENE, OUTER, INNER)
    texts = [e.text for e in picture.iter(SPACE + "text")]
    assert texts[-2:] == ["outer & whole", "inner"]
    left, top, width, height = map(float, str(picture.get("viewBox")).split())
    for text in picture.iter(SPACE + "text"):
        assert left < float(text.get("x") or 0) < left + width
        assert top < float(text.get("y") or 0) < top + height
    description = picture.find(SPACE + "desc")
    assert description is not None
    assert str(description.text).endswith("outer & whole: X, Y. inner: Y.")


def test_there_are_colours_for_some_regions_only() -> None:
    with pytest.raises(ValueError, match="4 regions"):
        drawn(SCENE, *[INNER] * (len(COLOURS) + 1))
