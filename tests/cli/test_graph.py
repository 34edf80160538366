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


def test_text_formats_leave_cut_arrows_out(capsys: Capture) -> None:
    for form, arrow in (("dot", '"D" -> "C"'), ("mermaid", "v_D --> v_C")):
        assert run_here("graph", FRONTDOOR, "--format", form) == 0
        assert arrow in capsys.readouterr().out
        assert run_here("graph", FRONTDOOR, "--format", form, "--do", "C=1") == 0
        assert arrow not in capsys.readouterr().out


@pytest.mark.parametrize(("do", "code"), [("T1=1", "E184"), ("C=blue", "E070"), ("I[C=green] | I", "E184")])
def test_mistaken_interventions(capsys: Capture, do: str, code: str) -> None:
    file = TRUTH if do == "T1=1" else FRONTDOOR
    assert run_here("graph", file, "--do", do) == 1
    assert code in capsys.readouterr().err


def test_the_suffix_chooses_the_format(tmp_path: Path) -> None:
    for name, start in (("a.svg", "<svg"), ("a.tex", r"\documentclass"), ("a.gv", "digraph")):
        assert run_here("graph", FRONTDOOR, "-o", tmp_path / name) == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_notebooks_show_the_picture() -> None:
    model = scmlang.load(FRONTDOOR)
    assert model._repr_html_() == model.graph()._repr_svg_() == model.graph().svg
    assert model._repr_mimebundle_()["image/svg+xml"] == model.graph().svg
    down = model.graph(direction="down").layout
    assert down.boxes["I"].centre.imag > down.boxes["D"].centre.imag
