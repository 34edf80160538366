"""Run folders: numbering, claiming, finding the newest, and damage."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.model import CausalModel
from scmlang.source import Source
from scmlang.train.loading import load_recipe
from scmlang.train.recipe import Recipe
from scmlang.train.runs import create_run, newest_run, open_run


def model(name: str = "frontdoor", text: str = "model frontdoor\n") -> CausalModel:
    return CausalModel(name, Source(f"{name}.scm", text), {}, {}, {}, {})


def problem(action, *arguments: object) -> Diagnostic:
    with pytest.raises(ScmError) as caught:
        action(*arguments)
    (only,) = caught.value.diagnostics
    return only


def test_a_run_is_read_back_as_it_was(tmp_path: Path) -> None:
    recipe = load_recipe("cpu", ["train.seed=7", "diffusion.guidance={D: 2}"])
    run = create_run(tmp_path / "runs", model(text="D: 0..9\r\n# ü\n"), recipe, tmp_path)
    assert open_run(run.folder) == run
    assert (run.name, run.record.seed, run.record.recipe) == ("frontdoor/1", 7, recipe)
    assert run.record.model_text == "D: 0..9\r\n# ü\n"
    assert json.loads((run.folder / "run.json").read_bytes())["schema"] == 1
    assert run.samples.is_dir()


def test_numbers_increase_as_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "frontdoor"
    for name in ("2", "10", "9x", "011", ".3"):
        (folder / name).mkdir(parents=True)
    assert create_run(tmp_path, model(), Recipe(), tmp_path).folder.name == "11"


def test_trainings_that_start_at_once_get_folders_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        runs = list(pool.map(lambda _: create_run(tmp_path, model(), Recipe(), tmp_path), range(32)))
    assert sorted(int(run.folder.name) for run in runs) == list(range(1, 33))


def test_the_newest_of_a_model_and_of_all(tmp_path: Path) -> None:
    first = create_run(tmp_path, model(), Recipe(), tmp_path)
    second = create_run(tmp_path, model(), Recipe(), tmp_path)
    other = create_run(tmp_path, model("backdoor"), Recipe(), tmp_path)
    assert newest_run(tmp_path, "frontdoor") == second != first
    assert newest_run(tmp_path) == other


def test_a_claimed_folder_is_no_run_yet(tmp_path: Path) -> None:
    run = create_run(tmp_path, model(), Recipe(), tmp_path)
    (tmp_path / "frontdoor" / "2").mkdir()
    assert newest_run(tmp_path) == run


@pytest.mark.parametrize("name", ["..", "a/b", "", "con .", "x" * 10, "émile"])
def test_odd_model_names_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    runs = tmp_path / "runs"
    run = create_run(runs, model(name), Recipe(), tmp_path)
    assert run.folder.resolve().parent.parent == runs.resolve()
    assert newest_run(runs, name) == run


def test_no_run_yet(tmp_path: Path) -> None:
    assert problem(newest_run, tmp_path / "none").code == "E190"
    create_run(tmp_path, model("backdoor"), Recipe(), tmp_path)
    found = problem(newest_run, tmp_path, "frontdoor")
    assert found.code == "E190"
    assert "it holds runs of backdoor" in found.helps


def test_a_run_is_told_from_a_folder_of_runs(tmp_path: Path) -> None:
    run = create_run(tmp_path, model(), Recipe(), tmp_path)
    assert f"`{run.folder}` is itself a run: --run {run.folder}" in problem(newest_run, run.folder).helps
    found = problem(open_run, run.folder.parent)
    assert (found.code, found.helps) == ("E191", (f"a run has a number: --run {run.folder}",))


def _without(key: str):
    def edit(text: str) -> str:
        content = json.loads(text)
        del content[key]
        return json.dumps(content)

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"seed"', '"sed"'),
        lambda text: text.replace('"schema": 1', '"schema": "one"'),
        lambda text: text.replace('"steps": 4000', '"steps": -1'),
        lambda text: text.replace('"steps": 4000', '"steps": NaN'),
        _without("schema"),
        _without("model_text"),
    ],
)
def test_a_damaged_record_is_said_to_be(tmp_path: Path, edit) -> None:
    run = create_run(tmp_path, model(), Recipe(), tmp_path)
    path = run.folder / "run.json"
    path.write_text(edit(path.read_text()))
    for found in (problem(open_run, run.folder), problem(newest_run, tmp_path)):
        assert found.code == "E192"
        assert str(path) in found.message
        assert "\n" not in found.message


def test_a_record_that_is_not_utf8(tmp_path: Path) -> None:
    run = create_run(tmp_path, model(), Recipe(), tmp_path)
    (run.folder / "run.json").write_bytes(b'{"schema": "\xff"}')
    assert problem(open_run, run.folder).code == "E192"


def test_a_newer_schema_asks_for_a_newer_scmlang(tmp_path: Path) -> None:
    run = create_run(tmp_path, model(), Recipe(), tmp_path)
    path = run.folder / "run.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))
    assert problem(open_run, run.folder).code == "E193"


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    assert problem(create_run, tmp_path / "runs", model(), Recipe(), tmp_path).code == "E194"
    assert problem(newest_run, tmp_path / "runs").code == "E190"


def test_recipes_and_runs_load_no_torch() -> None:
    code = (
        "import sys, scmlang.train.loading, scmlang.train.runs, scmlang.train.checkpoint;"
        "import scmlang.train.metrics_log, scmlang.train.rng; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
