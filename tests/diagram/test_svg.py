"""The texts of a drawing: valid, escaped, the same each time."""

from __future__ import annotations

import os
import subprocess
import sys
from xml.etree import ElementTree

from scmlang.diagram.drawing import Edge, Node, Scene, lay_out, svg, tikz
from scmlang.semantics.model import Role
from tests.diagram.scenes import scene

SVG = "{http://www.w3.org/2000/svg}"
PROGRAM = """
import scmlang
model = scmlang.loads("A, B, C, D, E: binary\\nA -> {B, C} -> D\\nA <-> D\\nB <-> C\\nE <-> A\\n")
print(model.graph(do="B=1").svg, model.graph().tikz, model.graph(do="D=0").dot)
"""


def root(drawn: Scene) -> ElementTree.Element:
    return ElementTree.fromstring(svg(lay_out(drawn)))


def test_it_is_svg_with_words_for_those_who_do_not_see_it() -> None:
    picture = root(scene("X -> Y; X <-> Y"))
    assert picture.tag == f"{SVG}svg"
    assert picture.get("role") == "img"
    assert picture.findtext(f"{SVG}title") == "Causal diagram test"
    assert picture.findtext(f"{SVG}desc") == "X causes Y. X and Y share a hidden cause."


def test_text_is_escaped() -> None:
    nodes = (Node("X", value='<&">'), Node("Y"))
    picture = root(Scene("a < b & c", nodes, (Edge("X", "Y"),)))
    assert picture.findtext(f"{SVG}title") == "Causal diagram a < b & c"
    assert [t.text for t in picture.iter(f"{SVG}text")] == ['X = <&">', "Y"]


def test_a_bidirected_edge_is_dashed_with_two_heads() -> None:
    picture = root(scene("X <-> Y"))
    assert len(list(picture.iter(f"{SVG}polygon"))) == 2
    assert [p.get("stroke-dasharray") for p in picture.iter(f"{SVG}path")] == ["6 4"]


def test_cut_edges_are_crossed() -> None:
    drawn = Scene("cut", (Node("X"), Node("Y", value="1")), (Edge("X", "Y", cut=True),))
    assert len(list(root(drawn).iter(f"{SVG}path"))) == 2


def test_latent_nodes_are_dashed_and_images_framed() -> None:
    drawn = Scene("looks", (Node("L", Role.LATENT), Node("I", image=True), Node("X")), ())
    nodes = list(root(drawn).iter(f"{SVG}rect"))[1:]
    assert [node.get("stroke-dasharray") for node in nodes] == ["4 3", None, None, None]


def test_tikz_is_whole_and_escaped() -> None:
    text = tikz(lay_out(scene("U_x -> Y; U_x <-> Y")))
    assert text.startswith(r"\documentclass")
    assert text.endswith("\\end{document}\n")
    assert r"{U\_x}" in text
    assert text.count("{") == text.count("}")
    assert text.count(r"\draw[") == 2


def test_the_same_bytes_whatever_the_hashing() -> None:
    seen = set()
    for seed in ("0", "1", "2", "77"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        seen.add(done.stdout)
    assert len(seen) == 1
