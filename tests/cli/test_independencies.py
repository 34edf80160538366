"""``scmlang independencies``: what is listed, in each form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from scmlang.compiler import Compilation
from tests.cli.process import EXAMPLES, run_here

Capture = pytest.CaptureFixture[str]
TEXT = "{A, B} -> C -> D; A <-> B"


def printed(capsys: Capture, *arguments: object) -> str:
    assert run_here("independencies", *arguments) == 0
    return capsys.readouterr().out


def test_the_text_is_assertions(capsys: Capture) -> None:
    assert printed(capsys, "--model", TEXT) == "assert independent(D, {A, B} | C)\n"
    assert printed(capsys, "--model", TEXT, "--pairs").splitlines() == [
        "assert independent(D, A | C)",
        "assert independent(D, B | C)",
    ]
    assert len(printed(capsys, "--model", TEXT, "--all").splitlines()) == 4


@pytest.mark.parametrize("file", sorted((EXAMPLES / "classics").glob("*.scm")), ids=lambda file: file.stem)
def test_it_can_be_pasted_into_the_file(file: Path, capsys: Capture) -> None:
    claims = printed(capsys, file)
    text = file.read_text(encoding="utf-8") + claims
    assert Compilation.from_text(text).failures == ()


def test_a_diagram_that_implies_none_says_so(capsys: Capture) -> None:
    out = printed(capsys, "--model", "X -> Y")
    assert out == "# the diagram implies no independence\n"
    assert json.loads(printed(capsys, "--model", "X -> Y", "--format", "json"))["independencies"] == []


def test_json_and_csv(capsys: Capture) -> None:
    found = json.loads(printed(capsys, "--model", TEXT, "--format", "json"))
    assert found["schema"] == 1
    assert found["basis"] == "local"
    one = {"left": "D", "right": ["A", "B"], "given": ["C"], "assertion": "assert independent(D, {A, B} | C)"}
    assert found["independencies"] == [one]
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--model", TEXT, "--format", "csv"))))
    assert rows == [{"left": "D", "right": "A B", "given": "C"}]


def test_latent_variables_are_projected_out_unless_asked_for(capsys: Capture) -> None:
    text = "latent L: binary; X, Y: binary; L -> {X, Y}"
    assert "# " in printed(capsys, "--model", text)
    assert printed(capsys, "--model", text, "--latent") == "assert independent(Y, X | L)\n"


def test_two_bases_are_a_mistake(capsys: Capture) -> None:
    assert run_here("independencies", "--model", TEXT, "--pairs", "--all") == 2
    assert "either --pairs or --all" in capsys.readouterr().err
