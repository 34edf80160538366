"""``scmlang calibrate``: the guidance scales of a trained run, measured on validation pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.evaluate import LARGEST_SEED, Format, bars, print_json
from scmlang.cli.model import ModelText, open_model
from scmlang.cli.tables import print_table
from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import InternalError
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from scmlang.train.calibration import Calibration

VALIDATION = "val"


def calibrate(
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model that the data were sampled from.")
    ] = None,
    model: ModelText = None,
    run: Annotated[Path | None, typer.Option(metavar="DIR", help="The run; the newest by default.")] = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Where runs are.")] = Path("runs"),
    n: Annotated[int, typer.Option("-n", "--n", min=2, metavar="N", help="Validation images to edit.")] = 200,
    target: Annotated[
        float, typer.Option(min=0, max=1, help="The share of edits whose new level has to be recognised.")
    ] = 0.98,
    steps: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Sampling steps; the recipe's by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of every random draw.")] = 0,
    format: Annotated[Format, typer.Option(help="How the table is printed.")] = Format.text,
) -> None:
    """Choose how hard edits press each label, and keep that with the run.

    For each label the least guidance scale with which edits of validation pictures reach their target and
    leave the other labels alone. A classifier trained on real images alone is the judge, that of
    `scmlang evaluate`. `query` and `evaluate` use the scales from then on.
    """
    from scmlang.data.image_folder import read_folder
    from scmlang.evaluate.calibration import calibrate as measure
    from scmlang.evaluate.classifier import JudgeOptions
    from scmlang.evaluate.evaluation import Counter
    from scmlang.evaluate.judge import obtain_judge
    from scmlang.evaluate.truth import open_truth
    from scmlang.train.calibration import Calibration, save_calibration
    from scmlang.train.runs import newest_run, open_run

    chosen = open_run(run) if run is not None else newest_run(runs)
    compilation = open_model(truth, model, "--truth")
    artefact = open_artefact(chosen)
    learner, image = artefact.causal_model, artefact.plan.image
    known = open_truth(compilation.model, learner, Path(chosen.record.data))
    sys.stderr.write(
        render((*compilation.warnings, *artefact.warnings), colour=wants_colour(sys.stderr, "auto"))
    )
    if image is None:
        raise InternalError("a truth was opened for a model without an image")
    if steps is not None and steps > artefact.recipe.diffusion.train_timesteps:
        raise typer.BadParameter("the model was trained with fewer time steps", param_hint="--steps")
    options = artefact.edit_options(steps, None, {}, seed)
    held = read_folder(known.data, learner, (VALIDATION,), n)[VALIDATION]
    with bars() as progress:
        done = Counter("training the judge", JudgeOptions().steps, progress)
        judge = obtain_judge(known, image.parents, JudgeOptions(), chosen.folder / "evaluation", done)
        edited = Counter("editing images", n, progress)
        scales, trials = measure(
            artefact.model, judge, held.images, held.columns, options, target=target, advance=edited
        )
    found = Calibration(
        step=artefact.step,
        steps=options.steps,
        inversion=options.inversion,
        target=target,
        scales=scales,
        trials=trials,
    )
    save_calibration(chosen, found)
    if format is Format.json:
        print_json(found.model_dump(mode="json", by_alias=True))
        return
    _print(found)
    print(f"kept in {chosen.calibration}")


def _print(found: Calibration) -> None:
    rows = [
        (
            trial.variable,
            f"{trial.scale:g}",
            f"{trial.reached:.3f}",
            f"{trial.kept:.3f}",
            "chosen" if found.scales[trial.variable] == trial.scale else "",
        )
        for trial in found.trials
    ]
    images = found.trials[0].images if found.trials else 0
    title = f"guidance, by edits of {images} validation images to another level; target {found.target:g}"
    headings = ("label", "scale", "reached", "others kept", "")
    print_table(title, headings, rows, right=("scale", "reached", "others kept"))
    missed = [
        name
        for name in found.scales
        if max((t.reached for t in found.trials if t.variable == name), default=1.0) < found.target
    ]
    if missed:
        print(f"no scale reaches the target for {', '.join(missed)}")
