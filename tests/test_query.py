"""From a query's text and pictures to an answer, and from the answer to files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scmlang.compiler import Compilation, open_artefact
from scmlang.data.image_file import read_image
from scmlang.diagnostics.base import ScmError
from scmlang.neural.query import STATUS, EditAnswer
from scmlang.query import (
    QueryOptions,
    answer_query,
    changes,
    read_pairs,
    show_level,
    to_json,
    write_grid,
    write_pictures,
)
from scmlang.train.artefact import Artefact
from scmlang.train.runs import newest_run
from scmlang.train.session import start_run, train_run
from tests.train.support import dataset_of, recipe

FAST = {"steps": 2}


@pytest.fixture(scope="module")
def artefact(strokes: Path) -> Artefact:
    return open_artefact(newest_run(strokes / "runs"))


@pytest.fixture(scope="module")
def pictures(strokes: Path) -> tuple[Path, ...]:
    return tuple(sorted((strokes / "data" / "test").glob("*.png")))


def failing(artefact: Artefact, text: str, **options: object) -> list[str]:
    with pytest.raises(ScmError) as error:
        answer_query(artefact, text, QueryOptions(**{**FAST, **options}))  # type: ignore[arg-type]
    return [d.code for d in error.value.diagnostics]


# --- subjects


def test_the_first_test_images_are_asked_about_with_their_own_labels(artefact: Artefact) -> None:
    answer = answer_query(artefact, "do(S=ring)", QueryOptions(**FAST))
    assert len(answer.images) == 8
    assert all(image.confidence == {} for image in answer.images)
    assert {image.counterfactual[0]["S"] for image in answer.images} == {"ring"}
    rows = (Path(artefact.run.record.data) / "test" / "metadata.csv").read_text().splitlines()
    shape = rows[0].split(",").index("S")
    assert [image.factual["S"] for image in answer.images] == [row.split(",")[shape] for row in rows[1:9]]


def test_given_labels_are_taken_and_the_others_recognised(
    artefact: Artefact, pictures: tuple[Path, ...]
) -> None:
    options = QueryOptions(images=pictures[:2], given={"T": "2.5", "S": "cross"}, **FAST)
    for image in answer_query(artefact, "do(K=4)", options).images:
        assert image.factual["T"] == 2.5
        assert image.factual["S"] == "cross"
        assert set(image.confidence) == {"Z", "K"}
        assert image.counterfactual[0]["K"] == 4


def test_given_labels_correct_those_of_the_data(artefact: Artefact) -> None:
    answer = answer_query(artefact, "do(K=4)", QueryOptions(given={"S": "ring"}, **FAST))
    assert {image.factual["S"] for image in answer.images} == {"ring"}


def test_queries_come_in_two_forms_and_by_name(artefact: Artefact, pictures: tuple[Path, ...]) -> None:
    options = QueryOptions(images=pictures[:1], **FAST)
    answers = [answer_query(artefact, text, options) for text in ("do(T=2.5)", "I[T=2.5] | I", "thicken")]
    assert [answer.query for answer in answers] == ["do(T=2.5)", "I[T=2.5] | I", "do(T=2.5)"]
    first, *others = (answer.images[0].counterfactual_images[0] for answer in answers)
    assert all(np.array_equal(first, other) for other in others)


# --- mistakes


@pytest.mark.parametrize(
    ("text", "options", "codes"),
    [
        ("do(S=square)", {}, ["E070"]),
        ("do(Q=1)", {}, ["E010"]),
        ("do(T=nan)", {}, ["E070"]),
        ("do(T=1e999)", {}, ["E070"]),
        ("do(I=1)", {}, ["E071"]),
        ("P(S)", {}, None),
        ("do(S=ring)", {"given": {"Q": "1"}}, ["E203"]),
        ("do(S=ring)", {"given": {"K": "9"}}, ["E204"]),
        ("do(S=ring)", {"given": {"K": "--3"}}, ["E204"]),
        ("do(S=ring)", {"given": {"K": "9" * 5000}}, ["E204"]),
        ("do(S=ring)", {"given": {"T": "nan"}}, ["E204"]),
        ("do(S=ring)", {"given": {"T": "1_0"}}, ["E204"]),
        ("do(S=ring)", {"given": {"I": "1"}}, ["E203"]),
        ("do(S=ring)", {"steps": 0}, ["E205"]),
        ("do(S=ring)", {"steps": 1001}, ["E205"]),
        ("do(S=ring)", {"samples": 0}, ["E205"]),
        ("do(S=ring)", {"samples": 1001}, ["E205"]),
        ("do(S=ring)", {"seed": -1}, ["E205"]),
        ("do(S=ring)", {"seed": 2**80}, ["E205"]),
        ("do(S=ring)", {"guidance": {"Z": "2"}}, ["E206"]),
        ("do(S=ring)", {"guidance": {"S": "much"}}, ["E205"]),
        ("do(S=ring)", {"guidance": {"S": "nan"}}, ["E205"]),
    ],
)
def test_mistakes_are_diagnostics(
    artefact: Artefact, text: str, options: dict[str, object], codes: list[str] | None
) -> None:
    found = failing(artefact, text, **options)
    assert found
    if codes is not None:
        assert found == codes


def test_pictures_that_cannot_be_asked_about(artefact: Artefact, tmp_path: Path) -> None:
    broken, large, missing = tmp_path / "broken.png", tmp_path / "large.png", tmp_path / "missing.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nrest")
    Image.new("L", (25, 24)).save(large)
    for path, code in ((broken, "E129"), (large, "E130"), (missing, "E128"), (tmp_path, "E128")):
        assert failing(artefact, "do(S=ring)", images=(path,)) == [code]


def test_a_coloured_picture_becomes_grey(artefact: Artefact, tmp_path: Path) -> None:
    path = tmp_path / "coloured.png"
    Image.new("RGB", (24, 24), (255, 0, 0)).save(path)
    answer = answer_query(artefact, "do(S=ring)", QueryOptions(images=(path,), **FAST))
    assert set(answer.images[0].factual_image.flatten()) == {76}


def test_a_model_without_an_image_has_nothing_to_edit(tmp_path: Path) -> None:
    text = "model M\nX, Y: binary\nX -> Y\n"
    compilation = Compilation.from_text(text)
    run = start_run(tmp_path, compilation.model, compilation.plan, recipe(), tmp_path)
    train_run(run, compilation.plan, dataset_of(compilation.plan))
    assert failing(open_artefact(run), "do(X=1)") == ["E200"]


def test_a_latent_variable_is_not_in_the_trained_model(tmp_path: Path) -> None:
    text = "model M\nX: binary\nlatent T: binary\nI: image(1, 8, 8)\nT -> X -> I\n"
    compilation = Compilation.from_text(text)
    run = start_run(tmp_path, compilation.model, compilation.plan, recipe(), tmp_path)
    train_run(run, compilation.plan, dataset_of(compilation.plan))
    assert failing(open_artefact(run), "do(T=1)") == ["E201"]


def test_data_that_has_gone(artefact: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(artefact.run.record.__dict__, "data", "/no/such/folder")
    assert failing(artefact, "do(S=ring)") == ["E120"]


@pytest.mark.parametrize("text", ["D", "D=", "=3", "", "D 3"])
def test_pairs_of_another_form(text: str) -> None:
    with pytest.raises(ScmError) as error:
        read_pairs([text])
    assert error.value.diagnostics[0].code == "E202"


def test_pairs() -> None:
    assert read_pairs(["D=3", " C = red "]) == {"D": "3", "C": "red"}
    with pytest.raises(ScmError, match="twice"):
        read_pairs(["D=3", "D=4"])


# --- what is written


@pytest.fixture(scope="module")
def answer(artefact: Artefact, pictures: tuple[Path, ...]) -> EditAnswer:
    options = QueryOptions(images=pictures[:2], given={"S": "cross"}, samples=2, **FAST)
    return answer_query(artefact, "do(S=ring)", options)


def test_json_has_the_fields_of_schema_1(answer: EditAnswer, tmp_path: Path) -> None:
    paths = write_pictures(answer, tmp_path / "out")
    value = json.loads(json.dumps(to_json(answer, paths)))
    assert set(value) == {"schema", "query", "status", "identification", "images"}
    assert value["identification"]["identifiable"] is False
    assert (value["schema"], value["query"], value["status"]) == (1, "do(S=ring)", STATUS)
    first = value["images"][0]
    assert set(first) == {
        "file", "factual", "confidence", "recognised", "counterfactual", "reconstruction_l1", "labels",
        "paths", "samples", "readings",
    }  # fmt: skip
    assert first["recognised"].keys() == {"Z", "K"}  # T is real, and S is given
    assert first["confidence"]["K"] == max(first["recognised"]["K"].values())
    assert all(labels["S"] == "cross" for labels in first["readings"])
    assert first["factual"].keys() == first["counterfactual"].keys() == {"Z", "S", "T", "K"}
    assert first["factual"]["S"] == "cross"
    assert first["samples"][0] == first["counterfactual"]
    assert first["reconstruction_l1"] < 1e-2
    assert first["paths"]["counterfactual_1"] == str(tmp_path / "out" / "0000_counterfactual_1.png")


def test_json_of_one_draw_has_no_samples(artefact: Artefact, pictures: tuple[Path, ...]) -> None:
    answer = answer_query(artefact, "do(S=ring)", QueryOptions(images=pictures[:1], **FAST))
    (entry,) = to_json(answer, [{}])["images"]
    assert not {"samples", "readings"} & entry.keys()
    assert set(entry["counterfactual"]) == {"Z", "S", "T", "K"}


def test_pictures_are_written_as_they_are(answer: EditAnswer, artefact: Artefact, tmp_path: Path) -> None:
    write_pictures(answer, tmp_path / "a" / "b")
    names = ["counterfactual", "counterfactual_1", "factual", "reconstruction"]
    written = sorted(p.name for p in (tmp_path / "a" / "b").iterdir())
    assert written == [f"{i:04d}_{name}.png" for i in range(2) for name in names]
    assert artefact.plan.image
    back = read_image(tmp_path / "a" / "b" / "0001_counterfactual_1.png", artefact.plan.image.domain)
    assert np.array_equal(back, answer.images[1].counterfactual_images[1])


def test_output_that_cannot_be_written(answer: EditAnswer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for write, path in (
        (write_pictures, tmp_path / "file"),
        (write_pictures, tmp_path / "file" / "folder"),
        (write_grid, tmp_path / "file" / "grid.png"),
    ):
        with pytest.raises(ScmError) as error:
            write(answer, path)
        assert error.value.diagnostics[0].code in ("E138", "E139")
    with pytest.raises(ScmError) as error:
        write_grid(answer, tmp_path)
    assert error.value.diagnostics[0].code == "E138"


def test_a_full_disk_is_no_traceback(
    answer: EditAnswer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "0000_factual.png")

    monkeypatch.setattr("scmlang.query.write_image", full)
    with pytest.raises(ScmError) as error:
        write_pictures(answer, tmp_path)
    assert error.value.diagnostics[0].code == "E139"


def test_the_grid_has_a_row_for_each_world(answer: EditAnswer, tmp_path: Path) -> None:
    path = tmp_path / "new" / "grid.png"
    write_grid(answer, path)
    with Image.open(path) as one:
        assert one.height > 4 * 100
    assert [p.name for p in path.parent.iterdir()] == ["grid.png"]


def test_changes_are_shown_with_arrows(answer: EditAnswer) -> None:
    shown = dict(zip(answer.images[0].factual, changes(answer.images[0]), strict=True))
    assert shown["S"] == "cross -> ring"
    assert "->" not in shown["Z"]
    assert [show_level(v) for v in ("red", 3, 2.34567)] == ["red", "3", "2.35"]
