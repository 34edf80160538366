"""Labels that are read off pictures: their posterior, and counterfactuals given it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scmlang.answers import answer_exactly
from scmlang.compiler import Compilation
from scmlang.neural.abduction import abduct, predict
from scmlang.neural.edit import EditOptions
from scmlang.neural.fitted import fitted
from scmlang.neural.query import Subject, edit_subjects
from scmlang.neural.readings import Reading, Readings, likeliest, read_labels
from tests.neural.support import SCENE, model_of, random_images, randomise

N = 20_000


def unsure(chances: list[float], n: int = N) -> Reading:
    table = torch.tensor(chances, dtype=torch.float64).expand(n, -1)
    return Reading(table.argmax(1), table, None, torch.zeros(n, dtype=torch.bool))


def test_labels_that_are_given_are_certain_and_the_others_are_the_recognisers() -> None:
    model = randomise(model_of(SCENE))
    images = random_images((1, 8, 8), 2)
    with torch.no_grad():
        readings = read_labels(model, images, [{"D": 2.0, "A": 0.5}, {}])
        heads = model.recogniser(images)  # type: ignore[misc]
    one, other = readings.of["D"], readings.of["A"]
    assert one.chances is not None
    assert other.deviation is not None
    assert one.chances[0].tolist() == [0, 0, 1, 0]
    torch.testing.assert_close(one.chances[1], torch.softmax(heads["D"][1].double(), 0))
    assert [name for name, _ in readings.read(0)] == ["C", "B"]
    assert [name for name, _ in readings.read(1)] == ["D", "C", "B", "A"]
    assert (float(other.best[0]), float(other.deviation[0])) == (0.5, 0.0)
    drawn = [readings.draw(seed) for seed in range(20)]
    assert {int(labels["D"][0]) for labels in drawn} == {2}
    assert {float(labels["A"][0]) for labels in drawn} == {0.5}
    assert len({float(labels["A"][1]) for labels in drawn}) == 20


def test_draws_have_the_posterior_as_their_distribution_and_heads_are_independent() -> None:
    readings = Readings({"X": unsure([0.2, 0.5, 0.3]), "Y": unsure([0.6, 0.4])})
    drawn = readings.draw(0)
    cells = torch.bincount(drawn["X"] * 2 + drawn["Y"], minlength=6).numpy() / N
    wanted = np.outer([0.2, 0.5, 0.3], [0.6, 0.4]).reshape(-1)
    np.testing.assert_allclose(cells, wanted, atol=4 * 0.5 / N**0.5)


def test_a_real_label_is_normal() -> None:
    reading = Reading(torch.full((N,), 3.0), None, torch.full((N,), 0.5), torch.zeros(N, dtype=torch.bool))
    drawn = Readings({"A": reading}).draw(1)["A"]
    assert float(drawn.mean()) == pytest.approx(3, abs=0.02)
    assert float(drawn.std()) == pytest.approx(0.5, abs=0.02)


def test_counterfactuals_given_a_picture_are_the_mixture_over_its_labels() -> None:
    """Σ_v q(v | I) P(B[C=1] | v), where the exact engine knows each P(B[C=1] | v)."""
    text = "D: 0..2\nC, B: binary\nD -> C -> B\nD <-> B\nmechanism D, B: table(shared=3)\n"
    model = randomise(model_of(text), 2, 1.0)
    written = Compilation.from_text(fitted(model, "F").text).model
    chances = {"D": [0.2, 0.7, 0.1], "C": [0.55, 0.45], "B": [0.3, 0.7]}
    wanted = 0.0
    for d, c, b in product(range(3), range(2), range(2)):
        weight = chances["D"][d] * chances["C"][c] * chances["B"][b]
        wanted += weight * float(answer_exactly(written, f"P(B[C=1]=1 | D={d}, C={c}, B={b})"))
    labels = Readings({name: unsure(p) for name, p in chances.items()}).draw(3)
    noise = abduct(model, labels, None, torch.Generator().manual_seed(3))
    world = predict(model, noise, labels, {"C": torch.ones(N, dtype=torch.int64)})
    assert float(world["B"].double().mean()) == pytest.approx(wanted, abs=4 * 0.5 / N**0.5)


def test_every_draw_of_an_answer_has_labels_of_its_own() -> None:
    model = randomise(model_of(SCENE))
    pixels = np.random.default_rng(0).integers(0, 256, (1, 8, 8), np.uint8)
    subject = Subject("a.png", pixels, {"D": 1.0})
    image = edit_subjects(model, [subject], {"C": 1}, EditOptions(steps=1), "q", 12).images[0]
    assert image.recognised.keys() == {"C", "B"}
    assert {labels["D"] for labels in image.readings} == {1}
    assert len({labels["A"] for labels in image.readings}) == 12
    assert {labels["B"] for labels in image.readings} == {0, 1}
    for name, levels in image.recognised.items():
        assert sum(levels.values()) == pytest.approx(1)
        assert str(image.factual[name]) == max(levels, key=lambda level: levels[level])
    for read, world in zip(image.readings, image.counterfactual, strict=True):
        assert read["D"] == world["D"]


tables = st.lists(st.lists(st.integers(0, 8), min_size=1, max_size=4).filter(any), min_size=1, max_size=4)


@given(tables, st.floats(0.1, 1), st.integers(1, 12))
def test_the_likeliest_configurations_are_those_of_a_full_search(
    counts: list[list[int]], mass: float, most: int
) -> None:
    chances = {
        f"V{i}": {str(level): count / sum(row) for level, count in enumerate(row)}
        for i, row in enumerate(counts)
    }
    found = likeliest(chances, mass, most)
    every = sorted((np.prod(ps) for ps in product(*(c.values() for c in chances.values()))), reverse=True)
    assert [p for p, _ in found] == pytest.approx([float(p) for p in every[: len(found)]])
    for p, levels in found:
        assert p == pytest.approx(np.prod([chances[name][level] for name, level in levels.items()]))
    total = sum(p for p, _ in found)
    assert total >= mass - 1e-9 or len(found) == most
    assert len(found) == 1 or total - found[-1][0] < mass + 1e-9
