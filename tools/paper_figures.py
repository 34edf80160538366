"""The paper's Figures 5 to 10 by two runs, beside the truth.

    python -m tools.paper_figures --truth examples/bar_mnist/frontdoor_truth.scm --ours RUN --paper RUN

writes `paper_do_C.png` (Figures 5 to 7: original, reconstruction, do(C=green)) and `paper_do_D.png` (8 to 10: the
same under do(D=8)) into docs/images, of held-out pictures. The last row of each is the true counterfactual. It also
prints the PSNR of a generator that gets every label right and the handwriting from somebody else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.compiler import Compilation, open_artefact
from scmlang.data.output import whole_file
from scmlang.data.pictures import Caption, Row, draw_grid
from scmlang.diagnostics.base import ScmError
from scmlang.diagnostics.render import render
from scmlang.evaluate.edits import answer
from scmlang.evaluate.interventions import Act, read_acts, show
from scmlang.evaluate.metrics import psnr
from scmlang.evaluate.truth import SPLIT, Units, held_out, open_truth
from scmlang.semantics.expressions import Columns
from scmlang.train.artefact import Artefact
from scmlang.train.runs import open_run

PICTURES, UNITS, SEED = 8, 500, 0
CAPTIONED = ("C", "B")


@dataclass(frozen=True)
class Figure:
    """An intervention, which pictures it is shown on, and what the paper numbers them.

    Attributes:
        file: its name in the output folder.
        act: the intervention, which changes every picture that is shown.
        shown: what the pictures are, so that there is something to see.
        numbers: of the paper's original, reconstruction and edit.
    """

    file: str
    act: str
    shown: str
    numbers: tuple[int, int, int]


FIGURES = (
    Figure("paper_do_C.png", "do(C=green)", "do(C=red)", (5, 6, 7)),
    Figure("paper_do_D.png", "do(D=8)", "do(C=green)", (8, 9, 10)),
)


def draw(figure: Figure, runs: Mapping[str, Artefact], units: Units, steps: int | None) -> list[Row]:
    """The rows of a figure; labels that differ from the original's are in another colour."""
    model = units.truth.model
    act, shown = read_acts([figure.act, figure.shown], model)
    columns = units.split.columns
    there = ~_holds(columns, act) & _holds(columns, shown)
    chosen = np.flatnonzero(there)[:PICTURES]
    factual = _rows(columns, chosen)
    images = units.split.images[chosen]

    def captions(labels: Columns) -> list[Caption]:
        return [
            Caption(
                tuple(show(model.variables[name].domain, float(labels[name][i])) for name in CAPTIONED),
                tuple(bool(labels[name][i] != factual[name][i]) for name in CAPTIONED),
            )
            for i in range(len(chosen))
        ]

    original, reconstruction, edit = figure.numbers
    answers = {
        name: answer(
            run.model,
            images,
            factual,
            [act.settings],
            run.edit_options(
                steps if run.recipe.diffusion.steps > (steps or 0) else None,
                None,
                dict(run.recipe.diffusion.guidance),
                SEED,
            ),
        )
        for name, run in runs.items()
    }
    true = units.responses(act.settings)
    return [
        Row(f"{original}  original", images, captions(factual)),
        *(Row(f"{reconstruction}  {name}, again", each.reconstruction) for name, each in answers.items()),
        *(
            Row(f"{edit}  {name}, {act.text}", each.edited[0], captions(each.labels[0]))
            for name, each in answers.items()
        ),
        Row(f"truth, {act.text}", units.images(true)[chosen], captions(_rows(true, chosen))),
    ]


def another_hand(units: Units, act: Act) -> tuple[float, int]:
    """The mean PSNR, over the units that an intervention changes, of true labels in other handwriting."""
    true = units.responses(act.settings)
    parents = {name: true[name] for name in units.split.columns}
    other = units.truth.rendered(len(units), SEED, SPLIT, parents)
    changed = ~_holds(units.split.columns, act)
    return float(psnr(other, units.images(true))[changed].mean()), int(changed.sum())


def _holds(columns: Columns, act: Act) -> NDArray[np.bool_]:
    """Where an intervention would change nothing that it sets: bool[n]."""
    held: NDArray[np.bool_] = np.all([columns[name] == value for name, value in act.settings.items()], axis=0)
    return held


def _rows(columns: Columns, index: NDArray[np.intp]) -> dict[str, NDArray[np.generic]]:
    return {name: column[index] for name, column in columns.items()}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--ours", type=Path, required=True, help="a run of frontdoor.scm")
    parser.add_argument("--paper", type=Path, required=True, help="a run of frontdoor_paper.scm")
    parser.add_argument("--data", type=Path, help="the data folder; that of --ours by default")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--steps", type=int, help="sampling steps at most; the recipes' by default")
    asked = parser.parse_args(arguments)
    try:
        runs = {"paper": open_artefact(open_run(asked.paper)), "ours": open_artefact(open_run(asked.ours))}
        learner = runs["ours"].causal_model
        data = asked.data or Path(runs["ours"].run.record.data)
        truth = open_truth(Compilation.from_file(asked.truth).model, learner, data)
        units = held_out(truth, learner, UNITS)
        for figure in FIGURES:
            with whole_file(asked.out / figure.file, force=True) as stage:
                draw_grid(draw(figure, runs, units, asked.steps)).save(stage, format="PNG", optimize=True)
        (act,) = read_acts([FIGURES[0].act], learner)
        score, count = another_hand(units, act)
        print(f"true labels in another hand, {act.text}: {score:.1f} dB over {count} pictures")
    except ScmError as error:
        sys.stderr.write(render(error.diagnostics))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
