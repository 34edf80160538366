"""Strips: the counterfactual posterior of the labels, and a picture of each configuration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from scmlang.answers import answer_exactly
from scmlang.compiler import Compilation, open_artefact
from scmlang.data.pictures import difference_map
from scmlang.diagnostics.base import ScmError
from scmlang.neural.edit import EditOptions, counterfactual_edit
from scmlang.neural.fitted import fitted
from scmlang.neural.pixels import to_bytes
from scmlang.neural.query import Subject
from scmlang.neural.worlds import strips
from scmlang.query import QueryOptions
from scmlang.strips import StripAnswer, answer_strips, strips_to_json, write_strips
from scmlang.train.runs import newest_run
from tests.cli.process import run_here
from tests.neural.support import model_of, randomise

TEXT = """
model Scene
D: 0..2
C: {red, green}
B: binary
I: image(1, 8, 8)
D -> C -> B
D <-> B
{D, C, B} -> I
"""
FAST = EditOptions(steps=2)


def subject(known: dict[str, float]) -> Subject:
    return Subject("a.png", np.random.default_rng(0).integers(0, 256, (1, 8, 8), np.uint8), known)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 100), st.integers(0, 2), st.integers(0, 1), st.integers(0, 1))
def test_probabilities_are_those_of_the_exported_model(seed: int, d: int, c: int, b: int) -> None:
    """Draws of the noise against the exact engine, within 5 standard errors."""
    model = randomise(model_of(TEXT), seed)
    (strip,) = strips(model, [subject({"D": d, "C": c, "B": b})], {"C": 1 - c}, FAST, 8)
    learned = Compilation.from_text(fitted(model, "Learned").text).model
    levels = ("red", "green")
    query = f"P(B[C={levels[1 - c]}]=1 | D={d}, C={levels[c]}, B={b})"
    exact = float(answer_exactly(learned, query).value)
    found = sum(world.p for world in strip.worlds if world.labels["B"] == 1)
    assert abs(found - exact) < 5 * max(exact * (1 - exact), 1e-4) ** 0.5 / strip.draws**0.5
    assert sum(world.p for world in strip.worlds) == pytest.approx(1)
    assert strip.rest == pytest.approx(0)
    assert all(world.labels["C"] == levels[1 - c] and world.labels["D"] == d for world in strip.worlds)
    assert [world.p for world in strip.worlds] == sorted((world.p for world in strip.worlds), reverse=True)


def test_a_world_that_is_the_factual_one_is_the_picture_itself() -> None:
    model = randomise(model_of(TEXT), 3)
    one = subject({"D": 1, "C": 0, "B": 1})
    (strip,) = strips(model, [one], {"C": 0}, FAST, 4)
    (world,) = strip.worlds
    assert (world.p, world.labels) == (1.0, strip.factual)
    assert np.array_equal(world.image, one.image)


def test_pictures_are_edits_to_their_labels_with_one_noise() -> None:
    model = randomise(model_of(TEXT), 5)
    one = subject({"D": 1, "C": 0, "B": 1})
    (strip,) = strips(model, [one], {"D": 2}, FAST, 8)
    assert len({tuple(world.labels.items()) for world in strip.worlds}) == len(strip.worlds) > 1
    image = torch.from_numpy(one.image)[None].float() / 127.5 - 1
    factual = {name: torch.tensor([value]) for name, value in {"D": 1, "C": 0, "B": 1}.items()}
    for world in strip.worlds:
        c = ("red", "green").index(str(world.labels["C"]))
        do = {"D": torch.tensor([2]), "C": torch.tensor([c]), "B": torch.tensor([int(world.labels["B"])])}
        alone = to_bytes(counterfactual_edit(model, image, factual, do, FAST).edited[0]).numpy()
        assert np.abs(alone.astype(int) - world.image).max() <= 1


def test_only_the_most_probable_are_shown_and_the_rest_is_counted() -> None:
    model = randomise(model_of(TEXT), 5)
    one = subject({"D": 1, "C": 0, "B": 1})
    (all_,) = strips(model, [one], {"D": 2}, FAST, 8)
    (few,) = strips(model, [one], {"D": 2}, FAST, 1)
    assert few.worlds[0].p == all_.worlds[0].p
    assert few.rest == pytest.approx(1 - all_.worlds[0].p)


def test_real_labels_make_every_draw_a_world_of_its_own(strokes: Path) -> None:
    artefact = open_artefact(newest_run(strokes / "runs"))
    answer = answer_strips(artefact, "do(S=ring)", QueryOptions(steps=2), 3)
    again = answer_strips(artefact, "do(S=ring)", QueryOptions(steps=2), 3)
    for strip, other in zip(answer.strips, again.strips, strict=True):
        assert strip.draws == 3
        assert sum(world.p for world in strip.worlds) == pytest.approx(1)
        for world, same in zip(strip.worlds, other.worlds, strict=True):
            assert np.array_equal(world.image, same.image)


@pytest.mark.parametrize("most", [0, 65])
def test_the_number_of_worlds_is_bounded(strokes: Path, most: int) -> None:
    with pytest.raises(ScmError) as error:
        answer_strips(open_artefact(newest_run(strokes / "runs")), "do(S=ring)", QueryOptions(), most)
    assert [d.code for d in error.value.diagnostics] == ["E205"]


def test_a_strip_is_a_row_a_picture(tmp_path: Path) -> None:
    model = randomise(model_of(TEXT), 5)
    found = strips(model, [subject({"D": 1, "C": 0, "B": 1})], {"D": 2}, FAST, 3)
    answer = StripAnswer("do(D=2)", tuple(found))
    write_strips(answer, tmp_path / "plain.png")
    write_strips(answer, tmp_path / "maps.png", difference=True)
    with Image.open(tmp_path / "plain.png") as plain, Image.open(tmp_path / "maps.png") as maps:
        assert maps.height > plain.height + 100
        assert plain.width > 4 * 112
    body = json.loads(json.dumps(strips_to_json(answer)))
    (entry,) = body["images"]
    assert [world["p"] for world in entry["worlds"]] == [world.p for world in found[0].worlds]
    assert (body["schema"], body["query"], entry["factual"]["C"]) == (1, "do(D=2)", "red")


def test_a_difference_map_is_white_where_nothing_changed_and_darker_where_more_did() -> None:
    before = np.zeros((3, 1, 3), np.uint8)
    after = before.copy()
    after[0, 0, 1], after[1, 0, 2] = 40, 255
    shown = difference_map(before, after).astype(int)
    assert shown[:, 0, 0].tolist() == [255, 255, 255]
    light = shown.sum(0)[0]
    assert light[0] > light[1] > light[2]
    assert np.array_equal(difference_map(after, before), difference_map(before, after))


def test_the_command_prints_worlds_and_writes_the_strip(
    strokes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "strip.png"
    arguments = ("--runs", strokes / "runs", "--steps", 2, "--out", out, "do(K=4)", "--draws", 3)
    assert run_here("query", *arguments, "--difference") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("do(K=4)\n")
    assert printed.endswith(f"picture: {out}\n")
    assert out.exists()
    assert run_here("query", *arguments, "--format", "json") == 0
    assert all(len(image["worlds"]) >= 1 for image in json.loads(capsys.readouterr().out)["images"])
    assert run_here("query", *arguments, "--samples", 2) == 2
