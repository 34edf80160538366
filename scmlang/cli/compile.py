"""``scmlang compile``: what a model file was understood to mean, and what it compiles to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scmlang.cli.model import ModelFile, ModelText, open_model
from scmlang.cli.tables import print_table
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagnostics.render import render, wants_colour
from scmlang.semantics.model import Coupling

if TYPE_CHECKING:
    from scmlang.neural.plan import ImagePlan, LabelPlan, NeuralPlan
    from scmlang.neural.summary import Summary
    from scmlang.semantics.model import OptionValue


def compile(
    file: ModelFile = None,
    model: ModelText = None,
    recipe: Annotated[str, typer.Option(help="A recipe's name or path; it decides sizes.")] = "cpu",
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key.")
    ] = None,
    emit: Annotated[
        str | None, typer.Option(help="Write the model as `ir` or in a format of `export`.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where --emit writes; default stdout.")
    ] = None,
) -> None:
    """Print what was understood and what it compiles to; with --emit, the model in another form.

    Needs no data. A fully specified model has nothing to learn, and is only described.
    """
    compilation = open_model(file, model)
    sys.stderr.write(render(compilation.warnings, colour=wants_colour(sys.stderr, "auto")))
    if emit is not None:
        _emit(compilation, emit, out)
        return
    _describe(compilation)
    if compilation.model.is_fully_specified:
        print("Every mechanism is known: nothing is to be learned. `scmlang sample` draws from it.")
        return
    from scmlang.api import Model

    sys.stderr.write(render(compilation.unheld, colour=wants_colour(sys.stderr, "auto")))
    summary = Model(compilation).compile(recipe, set_ or [])
    _mechanisms(summary.plan)
    _costs(summary)


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


def _describe(compilation: Compilation) -> None:
    model = compilation.model
    rows = [
        (variable.name, variable.role.value, str(variable.domain), ", ".join(model.parents[variable.name]))
        for variable in model.variables.values()
    ]
    print_table(f"model {model.name}", ("variable", "role", "domain", "parents"), rows)
    print("c-components: " + "  ".join(_set(c) for c in compilation.diagram.c_components), end="\n\n")


def _set(names: Iterable[str]) -> str:
    return "{" + ", ".join(sorted(names)) + "}"


def _mechanisms(plan: NeuralPlan) -> None:
    mechanisms: list[LabelPlan | ImagePlan] = [*plan.labels, *([plan.image] if plan.image else [])]
    rows = [(m.name, _form(m.mechanism, m.options), ", ".join(m.parents), m.reason) for m in mechanisms]
    print_table("mechanisms", ("variable", "mechanism", "parents", "why"), rows)
    if plan.shared:
        noise = "  ".join(f"{_set(n.members)}, {n.states} states" for n in plan.shared)
        print(f"shared noise: {noise}", end="\n\n")


def _form(name: str, options: Mapping[str, OptionValue]) -> str:
    """A mechanism as files write it; options of 0 and empty lists stand for what is decided elsewhere.

    So does the monotone coupling, for it is the language's own.
    """
    hidden = (0, (), Coupling.MONOTONE.value)
    written = {k: v for k, v in options.items() if v not in hidden and k != "shared"}
    inside = ", ".join(f"{k}={list(v) if isinstance(v, tuple) else v}" for k, v in written.items())
    return f"{name}({inside})" if inside else name


def _costs(summary: Summary) -> None:
    rows = [(part.name, part.kind, f"{part.parameters:,}") for part in summary.parts]
    print_table("parts", ("of", "part", "parameters"), rows, right=("parameters",))
    print(f"parameters: {summary.parameters:,} ({summary.weight_bytes / 2**20:.1f} MiB in float32)")
    print(
        f"memory to train: {summary.training_bytes / 2**20:.1f} MiB for weights, gradients, optimiser and\n"
        "  moving average; activations and data come on top"
    )
    if summary.forward_flops:
        print(f"one pass over one image: {summary.forward_flops / 1e9:.3f} GFLOP")
