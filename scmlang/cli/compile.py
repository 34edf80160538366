"""``scmlang compile``: what a model file was understood to mean, and what it compiles to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour

if TYPE_CHECKING:
    from rich.console import Console

    from scmlang.neural.plan import NeuralPlan
    from scmlang.neural.summary import Summary
    from scmlang.semantics.model import CausalModel


def compile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model file.")],
    recipe: Annotated[str, typer.Option(help="A recipe's name or path; it decides sizes.")] = "cpu",
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key.")
    ] = None,
    emit: Annotated[str | None, typer.Option(help="Write the model as `ir`, `dot` or `mermaid`.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where --emit writes; default stdout.")
    ] = None,
) -> None:
    """Print what was understood and what it compiles to; with --emit, the model in another form.

    Needs no data. A fully specified model has nothing to learn, and is only described.
    """
    compilation = Compilation.from_file(file)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    if emit is not None:
        _emit(compilation, emit, out)
        return
    from rich.console import Console

    console = Console()
    _describe(console, compilation)
    if compilation.model.is_fully_specified:
        console.print("Every mechanism is known: nothing is to be learned. `scmlang sample` draws from it.")
        return
    from scmlang.api import Model

    summary = Model(compilation).compile(recipe, set_ or [])
    _mechanisms(console, summary.plan)
    _costs(console, summary)


def _emit(compilation: Compilation, form: str, out: Path | None) -> None:
    from scmlang.exchange import WRITERS
    from scmlang.semantics.errors import listing

    if form not in WRITERS:
        raise ScmError([Diagnostic("E183", f"there is no output form `{form}`", helps=listing(WRITERS))])
    text = compilation.emit(form)
    if out is None:
        sys.stdout.write(text)
        return
    from scmlang.data.output import whole_file

    with whole_file(out, force=True) as stage:
        stage.write_text(text, encoding="utf-8")


def _describe(console: Console, compilation: Compilation) -> None:
    from rich.table import Table

    model: CausalModel = compilation.model
    table = Table(title=f"model {model.name}", title_justify="left")
    for heading in ("variable", "role", "domain", "parents"):
        table.add_column(heading)
    for variable in model.variables.values():
        parents = ", ".join(model.parents[variable.name])
        table.add_row(variable.name, variable.role.value, str(variable.domain), parents)
    console.print(table)
    console.print("c-components: " + "  ".join(_set(c) for c in compilation.diagram.c_components))


def _set(names: frozenset[str]) -> str:
    return "{" + ", ".join(sorted(names)) + "}"


def _mechanisms(console: Console, plan: NeuralPlan) -> None:
    from rich.table import Table

    table = Table(title="mechanisms", title_justify="left")
    for heading in ("variable", "mechanism", "parents", "shares noise with", "why"):
        table.add_column(heading)
    for label in plan.labels:
        others = sorted({m for i in label.shared for m in plan.shared[i].members} - {label.name})
        form = f"{label.mechanism}({_options(label.options)})"
        table.add_row(label.name, form, ", ".join(label.parents), ", ".join(others), label.reason)
    if plan.image:
        form = f"{plan.image.mechanism}({_options(plan.image.options)})"
        table.add_row(plan.image.name, form, ", ".join(plan.image.parents), "", plan.image.reason)
    console.print(table)


def _options(options: object) -> str:
    if not isinstance(options, dict):
        return ""
    written = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items() if v not in (0, ())}
    return ", ".join(f"{name}={value}" for name, value in written.items())


def _costs(console: Console, summary: Summary) -> None:
    from rich.table import Table

    table = Table(title="parts", title_justify="left")
    table.add_column("of")
    table.add_column("part")
    table.add_column("parameters", justify="right")
    for part in summary.parts:
        table.add_row(part.name, part.kind, f"{part.parameters:,}")
    console.print(table)
    console.print(f"parameters: {summary.parameters:,} ({summary.weight_bytes / 2**20:.1f} MiB in float32)")
    console.print(
        f"memory to train: {summary.training_bytes / 2**20:.1f} MiB for weights, gradients, optimiser and "
        "moving average; activations and data come on top"
    )
    if summary.forward_flops:
        console.print(f"one denoising pass of one image: {summary.forward_flops / 1e9:.3f} GFLOP")
