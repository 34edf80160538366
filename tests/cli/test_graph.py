"""``scmlang graph`` and its twin in Python."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import scmlang
from tests.cli.process import EXAMPLES, run_here

FRONTDOOR = EXAMPLES / "bar_mnist" / "frontdoor.scm"
TRUTH = EXAMPLES / "bar_mnist" / "frontdoor_truth.scm"
Capture = pytest.CaptureFixture[str]


def labels(text: str) -> list[str]:
    found = ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")
    return [str(element.text) for element in found]


def test_svg_by_default(capsys: Capture) -> None:
    assert run_here("graph", FRONTDOOR) == 0
    assert labels(capsys.readouterr().out) == ["D", "C", "B", "I"]


def test_hidden_variables_are_shown_on_demand(capsys: Capture) -> None:
    shown = {}
    for flags in ((), ("--latent",), ("--exogenous",), ("--latent", "--exogenous")):
        assert run_here("graph", TRUTH, *flags) == 0
        shown[flags] = set(labels(capsys.readouterr().out))
    assert shown[()] == {"D", "C", "B", "I"}
    assert shown[("--latent",)] == shown[()] | {"T1", "T2"}
    assert shown[("--exogenous",)] == shown[()] | {"U_d", "N1", "N2", "N3"}
    assert shown[("--latent", "--exogenous")] == shown[("--latent",)] | shown[("--exogenous",)]


def test_projection_keeps_what_the_hidden_do() -> None:
    words = scmlang.load(TRUTH).graph().svg
    assert "B and D share a hidden cause" in words or "D and B share a hidden cause" in words
    assert "C causes B" in words


@pytest.mark.parametrize("do", ["C=1", "C=green", "do(C=green)", "recolour"])
def test_an_intervention_cuts_arrows(capsys: Capture, do: str) -> None:
    assert run_here("graph", FRONTDOOR, "--do", do) == 0
    text = capsys.readouterr().out
    assert "C = green" in labels(text)
    assert "D causes C, cut by the intervention." in text


@pytest.mark.parametrize(
    ("form", "arrow", "cut", "arc"),
    [
        (
            "dot",
            '"D" -> "C";',
            '"D" -> "C" [style=dotted, color=gray];',
            '"B" -> "D" [dir=both, style=dotted',
        ),
        ("mermaid", "v_D --> v_C", "v_D --x v_C", "v_B x-.-x v_D"),
    ],
)
def test_text_formats_show_what_is_cut(capsys: Capture, form: str, arrow: str, cut: str, arc: str) -> None:
    assert run_here("graph", FRONTDOOR, "--format", form) == 0
    text = capsys.readouterr().out
    assert arrow in text
    assert cut not in text
    assert arc not in text
    assert run_here("graph", FRONTDOOR, "--format", form, "--do", "C=1", "--do", "B=1") == 0
    text = capsys.readouterr().out
    assert arrow not in text
    assert cut in text
    assert arc in text
    assert "C = green" in text
    assert text.count("C: ") == 0


def test_mermaid_greys_the_edges_that_are_cut() -> None:
    text = (
        scmlang.loads("A, B, C: binary\nA -> B\nA -> C\nB -> C\nA <-> B\nA <-> C\n").graph(do="B=1").mermaid
    )
    edges = [line for line in text.splitlines() if any(sign in line for sign in (" --", "-.-"))]
    (style,) = [line for line in text.splitlines() if "linkStyle" in line]
    numbers = style.split()[1].split(",")
    assert {edges[int(i)].split()[1] for i in numbers} == {"--x", "x-.-x"}
    assert len(numbers) == 2


def test_variables_without_a_domain_are_called_by_their_name_alone() -> None:
    picture = scmlang.loads("X -> Y; X <-> Y").graph()
    for text in (picture.svg, picture.tikz, picture.dot, picture.mermaid):
        assert "unknown" not in text
    assert '"X" [label="X", shape=ellipse]' in picture.dot


def test_the_direction_is_the_same_in_every_format() -> None:
    model = scmlang.loads("X -> Y")
    right, down = model.graph(), model.graph(direction="down")
    assert ("rankdir=LR" in right.dot, "rankdir=LR" in down.dot) == (True, False)
    assert (right.mermaid.split()[1], down.mermaid.split()[1]) == ("LR", "TD")


@pytest.mark.parametrize(("do", "code"), [("T1=1", "E184"), ("C=blue", "E070"), ("I[C=green] | I", "E184")])
def test_mistaken_interventions(capsys: Capture, do: str, code: str) -> None:
    file = TRUTH if do == "T1=1" else FRONTDOOR
    assert run_here("graph", file, "--do", do) == 1
    assert code in capsys.readouterr().err


def test_the_suffix_chooses_the_format(tmp_path: Path) -> None:
    for name, start in (("a.svg", "<svg"), ("a.tex", r"\documentclass"), ("a.gv", "digraph")):
        assert run_here("graph", FRONTDOOR, "-o", tmp_path / name) == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("name", ["a.png", "a.json", "a.scm"])
def test_a_suffix_that_is_no_pictures_is_a_mistake(tmp_path: Path, capsys: Capture, name: str) -> None:
    assert run_here("graph", FRONTDOOR, "-o", tmp_path / name) == 1
    assert "E250" in capsys.readouterr().err
    assert not (tmp_path / name).exists()
    assert run_here("graph", FRONTDOOR, "-o", tmp_path / name, "--format", "dot") == 0


def test_what_is_too_large_to_be_drawn_is_refused(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "chain.scm"
    path.write_text(" -> ".join(f"V{i}" for i in range(600)) + "\n")
    for command in ("graph", path), ("export", path, "--to", "svg"), ("export", path, "--to", "tikz"):
        assert run_here(*command) == 1
        assert "E255" in capsys.readouterr().err
    assert run_here("graph", path, "--format", "dot") == 0
    model = scmlang.load(path)
    assert model._repr_html_() is None
    assert set(model._repr_mimebundle_()) == {"text/plain"}


@pytest.mark.parametrize("suffix", ["svg", "tex", "dot", "mmd"])
def test_export_draws_too(tmp_path: Path, suffix: str) -> None:
    drawn, exported = (tmp_path / f"{name}.{suffix}" for name in ("drawn", "exported"))
    assert run_here("export", FRONTDOOR, "-o", exported) == 0
    assert (
        run_here("graph", FRONTDOOR, "-o", drawn, *(["--direction", "down"] * (suffix in ("dot", "mmd"))))
        == 0
    )
    assert exported.read_text(encoding="utf-8") == drawn.read_text(encoding="utf-8")


def test_notebooks_show_the_picture() -> None:
    model = scmlang.load(FRONTDOOR)
    assert model._repr_html_() == model.graph()._repr_svg_() == model.graph().svg
    assert model._repr_mimebundle_()["image/svg+xml"] == model.graph().svg
    down = model.graph(direction="down").layout
    assert down.boxes["I"].centre.imag > down.boxes["D"].centre.imag
