"""``scmlang export``: a model in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scmlang.cli.model import ModelText, open_model
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour

RUN = "run"
GENERATORS = ("diffusers", "torch")


def export(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="A model file, - for standard input, or a run folder.", show_default=False
        ),
    ] = None,
    model: ModelText = None,
    to: Annotated[
        str | None,
        typer.Option("--to", "--as", metavar="FORMAT", help="The format; by default from the name of --out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write; default stdout.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier folder of the same kind.")
    ] = False,
) -> None:
    """Write a model in another format, and warn of what that format cannot hold.

    Formats: bif, cg, dagitty, dot, gml, graphml, json, mermaid, svg, tikz, and the language's own, scm.

    Of a run folder the learned mechanisms of the finite label variables are written, as tables. With
    `--to run` it becomes a run folder to hand on: its weights in half precision, its log, and a few held-out
    pictures in the place of its data. `--as torch` writes what draws its pictures, as a folder that
    `scmlang.load_generator` makes a module of; `--as diffusers` writes it as a pipeline of diffusers.
    """
    from scmlang.cli.output import write_text
    from scmlang.exchange.convert import guess, writer
    from scmlang.exchange.losses import losses

    if to == RUN:
        _portable(file, out, force)
        return
    if to in GENERATORS:
        _generator(file, out, to, force)
        return
    form = guess(out, to, "--to")
    write = writer(form)
    if model is None and file is not None and file.is_dir():
        compilation = _fitted(file)
    else:
        compilation = open_model(file, model)
    text = write(compilation.model)
    warnings = (*compilation.warnings, *losses(compilation.model, form))
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))
    write_text(text, out)


def _portable(folder: Path | None, out: Path | None, force: bool) -> None:
    """Write a run to hand on, and say how large it is.

    Raises:
        typer.BadParameter: when there is no run, or no folder to write.
        ScmError: E190 to E196 for what is wrong with the run; E138 and E139 when it cannot be written.
    """
    from scmlang.train.plugins import require_plugins
    from scmlang.train.portable import write_portable
    from scmlang.train.runs import open_run

    folder, out = _folders(folder, out)
    run = open_run(folder)
    require_plugins(run.record.plugins, f"the run `{run.folder}`")
    compilation = Compilation.from_text(run.record.model_text, run.record.model_source)
    step = write_portable(run, compilation.model, out, force=force)
    _tell(out, step)


def _generator(folder: Path | None, out: Path | None, form: str, force: bool) -> None:
    """Write what draws the pictures of a run, and say how large it is.

    Raises:
        typer.BadParameter: when there is no run, or no folder to write.
        ScmError: E190 to E196 for what is wrong with the run, E223 and E224 for what cannot be exported; E138
            and E139 when it cannot be written.
    """
    from scmlang.compiler import open_artefact
    from scmlang.deploy.folder import write_generator
    from scmlang.train.runs import open_run

    folder, out = _folders(folder, out)
    artefact = open_artefact(open_run(folder))
    sys.stderr.write(render(artefact.warnings, colour=wants_colour(sys.stderr)))
    if form == "torch":
        write_generator(artefact, out, force=force)
    else:
        from scmlang.deploy.pipeline import write_pipeline

        write_pipeline(artefact, out, force=force)
    _tell(out, artefact.step)


def _folders(folder: Path | None, out: Path | None) -> tuple[Path, Path]:
    if folder is None or not folder.is_dir():
        raise typer.BadParameter("name a run folder", param_hint="FILE")
    if out is None:
        raise typer.BadParameter("this is written to a folder: --out DIR", param_hint="--out")
    return folder, out


def _tell(out: Path, step: int) -> None:
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    typer.echo(f"{out}: step {step}, {size / 1e6:.1f} MB")


def _fitted(folder: Path) -> Compilation:
    """The model that a run has learned, with a warning for each variable that is not in it.

    Raises:
        ScmError: E207 where nothing can be written.
    """
    from scmlang.compiler import open_artefact
    from scmlang.neural.fitted import fitted
    from scmlang.train.runs import open_run

    artefact = open_artefact(open_run(folder))
    found = fitted(artefact.model, artefact.causal_model.name)
    reasons = [f"`{name}` is left out: {reason}" for name, reason in found.left_out.items()]
    if not found.text:
        message = f"nothing of `{folder}` can be written as equations"
        raise ScmError([Diagnostic("E207", message, helps=tuple(reasons))])
    warnings = (*artefact.warnings, *(Diagnostic("W200", reason) for reason in reasons))
    sys.stderr.write(render(warnings, colour=wants_colour(sys.stderr)))
    return Compilation.from_text(found.text, str(folder))
