"""The ``scmlang`` command, whose subcommands are imported when they run."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as to_command

from scmlang.cli.failures import guarded
from scmlang.cli.limits import LimitOptions, limits

COMMANDS = {
    "check": "Check model files and report every problem.",
    "explain": "Tell what a diagnostic code means, and how to repair what breaks it.",
    "fmt": "Put model files into the one style.",
    "compile": "Print what a model file means and what it compiles to.",
    "graph": "Draw a model's diagram.",
    "sample": "Sample a fully specified model into an image folder or a table.",
    "train": "Learn a model's unknown mechanisms from data.",
    "calibrate": "Choose how hard a trained run's edits press each label.",
    "evaluate": "Hold a trained model against the truth its data came from.",
    "runs": "List, show and remove what was trained.",
    "query": "Answer a query: exactly by a specified model, about images by a trained run.",
    "identify": "Tell whether data determine a query, and by what formula.",
    "adjust": "List the sets of variables that adjust for confounding.",
    "estimate": "Estimate an identifiable query from a table of data.",
    "bound": "Bound a query that the data do not determine.",
    "table": "Print every exogenous configuration of a model and what follows from it.",
    "independencies": "List the conditional independencies that a diagram implies.",
    "test": "Decide the assertions of model files and report each.",
    "import": "Turn a graph or network of another format into a model file.",
    "export": "Write a model in another format.",
    "lsp": "Run the language server, for editors.",
}


class _Commands(TyperGroup):
    """Finds a subcommand by importing its module when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        return load(find(cmd_name), cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: Any) -> Any:
        with guarded():
            return super().invoke(ctx)


def find(command: str) -> Any:
    """A command's function: ``NAME`` in ``scmlang.cli.NAME``, or ``NAME_`` where NAME is a word of Python."""
    name = f"{command}_" if iskeyword(command) else command
    return getattr(import_module(f"scmlang.cli.{name}"), name)


def load(function: Any, name: str) -> Any:
    """A command function as a command object, or a group of commands as one."""
    if isinstance(function, typer.Typer):
        return to_command(function)
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    single.command(name=name)(function)
    return to_command(single)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"scmlang {version('scmlang')}")
        raise typer.Exit


def _root(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
    limit: LimitOptions = None,
) -> None:
    """Causal models as text: check them, compile them to neural models, ask them counterfactuals."""
    context.with_resource(limits(limit))


def run() -> None:
    """Run the command line of this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # any file name can be said in any locale
    app = typer.Typer(
        cls=_Commands,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    to_command(app)(prog_name="scmlang")
