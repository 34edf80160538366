"""``scmlang compile``: what is printed, whoever reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.process import EXAMPLES, run_here

STROKES = EXAMPLES / "strokes" / "strokes.scm"
LONG = """model Long
A: real
T: 1..9
K: {a_rather_long_level_name, another_one, third}
I: image(3, 32, 32)
T -> K
A -> {T, K}
K <-> T
{A, K} -> I
mechanism K: mlp(hidden=[64, 64, 64, 64, 64, 64, 64, 64])
"""

Capture = pytest.CaptureFixture[str]


def test_everything_that_was_understood_is_printed(capsys: Capture) -> None:
    assert run_here("compile", STROKES) == 0
    text = capsys.readouterr().out
    for part in (
        "model Strokes",
        "{ring, cross, triangle}",
        "c-components: {Z}  {K, S}  {T}  {I}",
        "table(embedding=12)",
        "mlp(embedding=16, hidden=[32, 32])",
        "diffusion(channels=[32, 64])",
        "shared noise: {K, S}, 16 states",
        "as the file says",
        "GFLOP",
        "MiB",
    ):
        assert part in text


def test_a_pipe_gets_whole_lines(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    path = tmp_path / "long.scm"
    path.write_text(LONG)
    assert run_here("compile", path) == 0
    text = capsys.readouterr().out
    row = next(line for line in text.splitlines() if "64, 64, 64" in line)
    assert "mlp(embedding=16, hidden=[64, 64, 64, 64, 64, 64, 64, 64])" in row
    assert row.endswith("as the file says")


@pytest.mark.parametrize("columns", [60, 80, 132])
def test_a_terminal_gets_lines_that_fit(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    path = tmp_path / "long.scm"
    path.write_text(LONG)
    assert run_here("compile", path) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= max(columns, 72)
    assert text.count("64") >= 8 + 2
    assert all(line == line.rstrip() for line in text.splitlines())


def test_what_is_fully_known_is_described_only(capsys: Capture) -> None:
    assert run_here("compile", EXAMPLES / "toy_ascm.scm") == 0
    text = capsys.readouterr().out
    assert "nothing is to be learned" in text
    assert "parameters" not in text


def test_the_recipe_decides_sizes(capsys: Capture) -> None:
    sizes = []
    for channels in ("[8, 16]", "[16, 32]"):
        assert run_here("compile", STROKES, "--set", f"backbone.channels={channels}") == 0
        sizes.append(capsys.readouterr().out)
    assert sizes[0] != sizes[1]


@pytest.mark.parametrize(
    ("form", "start"),
    [("ir", "model Strokes"), ("dot", "digraph"), ("mermaid", "flowchart"), ("svg", "<svg")],
)
def test_other_forms(capsys: Capture, tmp_path: Path, form: str, start: str) -> None:
    assert run_here("compile", STROKES, "--emit", form) == 0
    text = capsys.readouterr().out
    assert text.startswith(start)
    path = tmp_path / "new" / "out.txt"
    assert run_here("compile", STROKES, "--emit", form, "-o", path) == 0
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--emit", "png"], "E183"),
        (["--set", "train.stps=3"], "E155"),
        (["--recipe", "fast"], "E151"),
        (["--set", "backbone.channels=[9]"], "E187"),
        (["--set", "diffusion.guidance={Z: 2.0}"], "E188"),
    ],
)
def test_mistakes_are_diagnostics(capsys: Capture, arguments: list[str], code: str) -> None:
    assert run_here("compile", STROKES, *arguments) == 1
    error = capsys.readouterr().err
    assert f"error[{code}]" in error
    assert "internal error" not in error


def test_what_cannot_be_built_is_underlined(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "m.scm"
    path.write_text("model M\nX: binary\nI: image(1, 4, 4)\nX -> I\nX <-> I\n")
    assert run_here("compile", path) == 1
    assert "error[E171]" in capsys.readouterr().err


def test_what_training_does_not_hold_to_is_said(capsys: Capture) -> None:
    text = "X, Y: binary; X -> Y; monotone X -> Y"
    assert run_here("compile", "--model", text) == 0
    assert "warning[W170]: `X -> Y` is declared monotone" in capsys.readouterr().err
    assert (
        run_here(
            "compile",
            "--model",
            "X, Y: binary; Y ~ bernoulli(0.2 + 0.1 * X); X ~ bernoulli(0.5); monotone X -> Y",
        )
        == 0
    )
    assert capsys.readouterr().err == ""


def test_a_wrong_command_line_exits_with_2(capsys: Capture) -> None:
    assert run_here("compile") == 2
    assert run_here("compile", STROKES, "--shape", "round") == 2
