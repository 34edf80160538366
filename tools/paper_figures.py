"""The paper's Figures 5 to 10 by a run of ours, beside the paper's model and the truth.

    python -m tools.paper_figures --truth examples/bar_mnist/frontdoor_truth.scm --ours RUN [--paper RUN]

writes `paper_do_C.png` (Figures 5 to 7: original, reconstruction, do(C=green)) and `paper_do_D.png` (8 to 10:
the same under do(D=8)) into docs/images, of held-out pictures. `--paper` is a run of frontdoor_paper.scm.

The row "paper's, ideal" needs none. Whatever its network, that model keeps every label but the one that is
set and draws a new picture, so at its best it is the truth's renderer at these labels, in another hand.
What that ideal scores is printed. The last row is the true counterfactual.
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
from scmlang.evaluate.metrics import PSNR_CAP, psnr
from scmlang.evaluate.truth import SPLIT, Units, held_out, open_truth
from scmlang.evaluate.worlds import altered
from scmlang.semantics.expressions import Columns
from scmlang.train.artefact import Artefact
from scmlang.train.runs import open_run

PICTURES, UNITS, SEED = 8, 300, 0
CAPTIONED = ("C", "B")
SCORED = ("do(C=red)", "do(C=green)", "do(D=8)")


@dataclass(frozen=True)
class Figure:
    """An intervention, which pictures it is shown on, and what the paper numbers them.

    Attributes:
        file: its name in the output folder.
        act: the intervention, which changes every picture that is shown.
        shown: what the pictures are, as an intervention that would leave them alone.
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


@dataclass(frozen=True)
class Drawn:
    """What a model makes of n pictures: both uint8[n, C, H, W], and the labels under the intervention."""

    reconstruction: NDArray[np.uint8]
    edited: NDArray[np.uint8]
    labels: Columns


def ideal(units: Units, act: Act) -> Drawn:
    """The paper's model with a perfect network: other labels and handwriting are not those of the truth."""
    factual = units.split.columns
    labels = {name: np.full_like(column, act.settings.get(name, 0)) for name, column in factual.items()}
    labels |= {name: column for name, column in factual.items() if name not in act.settings}
    first, second = (
        units.truth.rendered(len(units), units.truth.manifest.seed + k, SPLIT, values)
        for k, values in ((1, dict(factual)), (2, labels))
    )
    return Drawn(first, second, labels)


def by_run(run: Artefact, units: Units, chosen: NDArray[np.intp], act: Act, steps: int | None) -> Drawn:
    """A run's edits of some of the units, in the recipe's steps or in at most so many."""
    recipe = run.recipe.diffusion
    options = run.edit_options(min(steps or recipe.steps, recipe.steps), None, dict(recipe.guidance), SEED)
    columns = _rows(units.split.columns, chosen)
    found = answer(run.model, units.split.images[chosen], columns, [act.settings], options)
    return Drawn(found.reconstruction, found.edited[0], found.labels[0])


def draw(figure: Figure, runs: Mapping[str, Artefact], units: Units, steps: int | None) -> list[Row]:
    """The rows of a figure; labels that differ from the original's are in another colour."""
    model = units.truth.model
    act, shown = read_acts([figure.act, figure.shown], model)
    chosen = np.flatnonzero(altered(units, act) & ~altered(units, shown))[:PICTURES]
    factual, best = _rows(units.split.columns, chosen), ideal(units, act)
    drawn = {
        "paper's, ideal": Drawn(best.reconstruction[chosen], best.edited[chosen], _rows(best.labels, chosen)),
        **{name: by_run(run, units, chosen, act, steps) for name, run in runs.items()},
    }
    true = units.responses(act.settings)

    def captions(labels: Columns) -> list[Caption]:
        return [
            Caption(
                tuple(show(model.variables[name].domain, float(labels[name][i])) for name in CAPTIONED),
                tuple(bool(labels[name][i] != factual[name][i]) for name in CAPTIONED),
            )
            for i in range(len(chosen))
        ]

    first, second, third = figure.numbers
    return [
        Row(f"{first}: original", units.split.images[chosen], captions(factual)),
        *(Row(f"{second}: {name}", each.reconstruction) for name, each in drawn.items()),
        *(
            Row(f"{third}: {act.text}, {name}", each.edited, captions(each.labels))
            for name, each in drawn.items()
        ),
        Row(f"{act.text}, true", units.images(true)[chosen], captions(_rows(true, chosen))),
    ]


def scores(units: Units, act: Act) -> str:
    """What the ideal scores on the units that an intervention changes."""
    best, true = ideal(units, act), units.responses(act.settings)
    changed, same = altered(units, act), units.same_source(true)
    others = [name for name in units.split.columns if name not in act.settings]
    right = {name: best.labels[name] == true[name] for name in others}
    text = ", ".join(f"{name} true {right[name][changed].mean():.3f}" for name in others)
    compared = changed & same & np.all([right[name] for name in others], axis=0)
    error = psnr(best.edited, units.images(true))[compared]
    another = error[error < PSNR_CAP]  # there are few hands, and some draws are the same one
    if len(another):
        text += f"; PSNR {another.mean():.2f} dB over {len(another)} where labels agree"
    return f"ideal, {act.text}, {changed.sum()} pictures: {text}"


def _rows(columns: Columns, index: NDArray[np.intp]) -> dict[str, NDArray[np.generic]]:
    return {name: column[index] for name, column in columns.items()}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True, metavar="FILE")
    parser.add_argument("--ours", type=Path, required=True, metavar="RUN", help="a run of frontdoor.scm")
    parser.add_argument("--paper", type=Path, metavar="RUN", help="a run of frontdoor_paper.scm")
    parser.add_argument("--data", type=Path, metavar="DIR", help="by default that of --ours")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), metavar="DIR")
    parser.add_argument("--steps", type=int, metavar="K", help="at most; by default as the recipes say")
    asked = parser.parse_args(arguments)
    try:
        folders = {"paper's": asked.paper, "ours": asked.ours}
        runs = {name: open_artefact(open_run(folder)) for name, folder in folders.items() if folder}
        learner = runs["ours"].causal_model
        data = asked.data or Path(runs["ours"].run.record.data)
        units = held_out(open_truth(Compilation.from_file(asked.truth).model, learner, data), learner, UNITS)
        for figure in FIGURES:
            with whole_file(asked.out / figure.file, force=True) as stage:
                draw_grid(draw(figure, runs, units, asked.steps)).save(stage, format="PNG", optimize=True)
        for act in read_acts(SCORED, learner):
            print(scores(units, act))
    except ScmError as error:
        sys.stderr.write(render(error.diagnostics))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
