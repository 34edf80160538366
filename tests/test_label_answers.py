"""The labels of an edited picture: their chances in the learned model, beside what the diagram leaves."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

import scmlang
from scmlang.answers import answer_exactly
from scmlang.compiler import Compilation, open_artefact
from scmlang.label_answers import with_labels
from scmlang.neural.edit import EditOptions
from scmlang.neural.fitted import fitted
from scmlang.neural.labels import CategoricalMechanism
from scmlang.neural.query import Subject, edit_subjects
from scmlang.neural.readings import likeliest
from scmlang.train.artefact import Artefact
from scmlang.train.runs import Run, open_run
from tests.cli.process import run_here
from tests.neural.support import model_of, randomise

Capture = pytest.CaptureFixture[str]


def test_every_label_that_is_reached_has_a_distribution_within_its_bounds(strokes: Path) -> None:
    model = scmlang.load(Path(__file__).parents[1] / "examples" / "strokes" / "strokes.scm")
    answer = model.query("do(S=ring)", run=strokes / "runs" / "Strokes" / "1", steps=2)
    for image in answer.images:
        chances: dict[str, list[float]] = defaultdict(list)
        for chance in image.labels:
            chances[chance.variable].append(chance.p)
            assert chance.bounds is not None
            low, high = chance.bounds
            assert low - 1e-6 <= chance.p <= high + 1e-6
            assert chance.identifiable is not None
            assert not chance.identifiable or high - low < 1e-6
        assert chances.keys() == {"K"}  # Z is a cause of S, and T has no table
        assert sum(chances["K"]) == pytest.approx(1)
        drawn = image.counterfactual[0]["K"]
        assert next(c.p for c in image.labels if c.level == str(drawn)) > 0


@pytest.mark.slow
def test_chances_given_a_picture_are_means_over_the_labels_it_may_have(strokes: Path) -> None:
    """Recomputed from the exported model, over all labels."""
    model = scmlang.load(Path(__file__).parents[1] / "examples" / "strokes" / "strokes.scm")
    run = strokes / "runs" / "Strokes" / "1"
    picture = next((strokes / "data" / "test").glob("*.png"))
    (image,) = model.query("do(S=ring)", run=run, images=[picture], given={"T": 2.5}, steps=2).images
    assert image.recognised.keys() == {"Z", "S", "K"}
    learned = Compilation.from_text(fitted(open_artefact(open_run(run)).model, "Learned").text).model
    wanted: dict[str, float] = defaultdict(float)
    for levels in product(*image.recognised.values()):
        weight = math.prod(image.recognised[n][v] for n, v in zip(image.recognised, levels, strict=True))
        given = ", ".join(f"{n}={v}" for n, v in zip(image.recognised, levels, strict=True))
        for record in answer_exactly(learned, f"P(K[S=ring] | {given})").table:
            wanted[str(record["K[S=ring]"])] += weight * float(record["p"])
    left = 1 - sum(p for p, _ in likeliest(image.recognised, 0.999, 16))
    for chance in image.labels:
        assert chance.bounds is not None
        assert chance.bounds[0] - 1e-6 <= wanted[chance.level] <= chance.bounds[1] + 1e-6
        assert chance.p == pytest.approx(wanted[chance.level], abs=left + 1e-9)
    assert sum(chance.p for chance in image.labels) == pytest.approx(1)


def test_nothing_is_said_where_no_table_holds_what_is_set(strokes: Path) -> None:
    model = scmlang.load(Path(__file__).parents[1] / "examples" / "strokes" / "strokes.scm")
    answer = model.query("do(T=2.5)", run=strokes / "runs" / "Strokes" / "1", steps=2)
    assert all(image.labels == () for image in answer.images)


def test_the_command_shows_them(strokes: Path, tmp_path: Path, capsys: Capture) -> None:
    ask = ("query", "do(S=ring)", "--run", strokes / "runs" / "Strokes" / "1", "--steps", 2)
    assert run_here(*ask, "--out", tmp_path / "a.png") == 0
    assert "bounds over all models that fit as well" in capsys.readouterr().out
    assert run_here(*ask, "--out", tmp_path / "b.png", "--format", "json") == 0
    labels = json.loads(capsys.readouterr().out)["images"][0]["labels"]
    assert {label["variable"] for label in labels} == {"K"}
    assert labels[0].keys() == {"variable", "level", "p", "bounds", "identifiable", "standard_error"}


SHARED = """
model Shared
D, G: binary
H: {p, q, r}
A: real
I: image(1, 8, 8)
D -> G -> H
A <-> G
A -> I
D -> I
mechanism G: table(shared=3)
mechanism H: mlp(hidden=[4])
"""


def test_a_label_without_a_table_tells_of_the_noise_it_shares() -> None:
    """P(G[D=1] | D, A, G): the sum over the noise of A and G, by intervals; the draws have its error."""
    model = randomise(model_of(SHARED), 3, 0.8)
    compilation = Compilation.from_text(SHARED)
    artefact = Artefact(cast(Run, None), compilation.model, compilation.plan, model, 0)
    pixels = np.zeros((1, 8, 8), np.uint8)
    subject = Subject("a.png", pixels, {"D": 0, "G": 1, "H": 2, "A": 0.7})
    answer = edit_subjects(model, [subject], {"D": 1}, EditOptions(steps=1), "q")
    (image,) = with_labels(answer, artefact, {"D": 1}).images
    row = {name: torch.tensor([v]) for name, v in (("D", 0), ("G", 1), ("H", 2), ("A", 0.7))}
    with torch.no_grad():
        plain = model.log_joint(("G",), row, None)[0]
        joint, states = model.log_joint(("G", "A"), row, None)
        posterior = torch.softmax(joint[0].double(), 0)
        mechanism, n = model.mechanism("G"), len(states)
        assert isinstance(mechanism, CategoricalMechanism)
        before, after = (mechanism.cumulative({"D": torch.full((n,), d)}, states, None)[:, 0] for d in (0, 1))
    # G is 1 for u in [F(0), 1), and would be 0 for the part of it below F'(0)
    moved = posterior @ ((after - before).clamp(min=0) / (1 - before))
    found = {(c.variable, c.level): c for c in image.labels}
    zero = found["G", "0"]
    assert zero.standard_error is not None
    assert zero.p == pytest.approx(float(moved), abs=4 * zero.standard_error + 1e-3)
    assert zero.bounds is None
    assert sum(found["H", level].p for level in "pqr") == pytest.approx(1)
    blind = torch.softmax(plain[0].double(), 0) @ ((after - before).clamp(min=0) / (1 - before))
    assert abs(float(blind) - float(moved)) > 5 * zero.standard_error  # it is A that tells
