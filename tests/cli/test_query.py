"""``scmlang query``: the printed answer, the files, the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.process import run_here

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ask(strokes: Path, *arguments: object) -> int:
    return run_here("query", "--runs", strokes / "runs", "--steps", 2, *arguments)


def test_the_newest_run_answers_about_its_test_images(strokes: Path, capsys: Capture) -> None:
    assert ask(strokes, "do(S=ring)") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert lines[0] == "do(S=ring)"
    assert lines[1].split() == ["image", "Z", "S", "T", "K", "reconstruction", "L1"]
    edits, labels = (part.splitlines() for part in captured.out.split("the labels' own chances"))
    assert len([line for line in edits if "0000" in line and ".png" in line]) == 8
    assert len([line for line in labels if ".png" in line and "K=" in line]) == 8
    assert f"run {strokes / 'runs' / 'Strokes' / '1'}, step 4" in captured.out
    assert lines[-1] == "picture: query.png"
    with Image.open("query.png") as picture:
        assert picture.width > 8 * 100


def test_pictures_of_ones_own(strokes: Path, capsys: Capture, tmp_path: Path) -> None:
    odd = tmp_path / "[bold]my\x1bpicture.png"
    odd.write_bytes((strokes / "data" / "test" / "000001.png").read_bytes())
    assert (
        ask(strokes, "do(T=3.5)", "--image", odd, "--image", odd, "--given", "S=cross", "--samples", 3) == 0
    )
    text = capsys.readouterr().out
    assert text.count("[bold]my\ufffdpicture.png") == 6
    assert "\x1b" not in text
    assert "K:0." in text
    assert "T:±" in text
    assert "S:" not in text


def test_json_is_all_that_is_printed(strokes: Path, capsys: Capture, tmp_path: Path) -> None:
    assert (
        ask(strokes, "do(S=ring, K=2)", "--format", "json", "--out-dir", "each", "--out", "a/grid.png") == 0
    )
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["query"], len(value["images"])) == (1, "do(S=ring, K=2)", 8)
    for image in value["images"]:
        assert image["counterfactual"]["K"] == 2
        for path in image["paths"].values():
            assert Path(path).is_file()
    assert (tmp_path / "a" / "grid.png").is_file()
    assert len(list((tmp_path / "each").iterdir())) == 24


def test_the_same_seed_gives_the_same_files(strokes: Path, capsys: Capture, tmp_path: Path) -> None:
    for seed, out in ((5, "a.png"), (5, "b.png"), (6, "c.png")):
        assert ask(strokes, "do(S=ring)", "--seed", seed, "--out", out) == 0
    a, b, c = ((tmp_path / name).read_bytes() for name in ("a.png", "b.png", "c.png"))
    assert a == b != c


def test_a_sampler_is_chosen_by_its_name(strokes: Path, capsys: Capture, tmp_path: Path) -> None:
    for sampler in ("ddpm", "ddim", "sde-dpmsolver++"):
        steps = ["--steps", 4, "--sampler", sampler]
        assert ask(strokes, "do(S=triangle)", *steps, "--out-dir", sampler) == 0
    edited = [path.read_bytes() for path in tmp_path.glob("*/0000_counterfactual.png")]
    assert len(edited) == len(set(edited)) == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["do(S=square)"], "E070"),
        (["do(S=ring"], "E0"),
        (["do(S=ring)", "--given", "S"], "E202"),
        (["do(S=ring)", "--given", "S=ring", "--given", "S=cross"], "E202"),
        (["do(S=ring)", "--samples", "0"], "E205"),
        (["do(S=ring)", "--seed", "99999999999999999999"], "E205"),
        (["do(S=ring)", "--image", "absent.png"], "E128"),
        (["do(S=ring)", "--guidance", "Z=2"], "E206"),
        (["do(S=ring)", "--run", "nowhere"], "E191"),
        (["do(S=ring)", "--sampler", "dpmsolver++"], "E217"),
        (["do(S=ring)", "--sampler", "euler"], "E217"),
        (["do(S=ring)", "--out", "."], "E138"),
        (["do(S=ring)", "--out", "/proc/nothing/grid.png"], "E139"),
        (["do(S=ring)", "--out-dir", "/proc/nothing"], "E139"),
    ],
)
def test_mistakes_are_diagnostics(strokes: Path, capsys: Capture, arguments: list[str], code: str) -> None:
    assert ask(strokes, *arguments) == 1
    captured = capsys.readouterr()
    assert f"error[{code}" in captured.err
    assert "internal error" not in captured.err
    assert captured.out == ""


def test_no_run_yet(capsys: Capture) -> None:
    assert run_here("query", "do(S=ring)") == 1
    assert "error[E190]" in capsys.readouterr().err


def test_a_wrong_command_line_exits_with_2(strokes: Path, capsys: Capture) -> None:
    assert ask(strokes) == 2
    assert ask(strokes, "do(S=ring)", "--steps", "many") == 2
    assert ask(strokes, "do(S=ring)", "--format", "xml") == 2
