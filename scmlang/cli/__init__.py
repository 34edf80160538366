"""The command line: one file for each command.

A command is a file ``scmlang/cli/NAME.py`` with a function ``NAME`` that typer can read (annotated
parameters, a docstring that is its help), and one entry in :data:`scmlang.cli.app.COMMANDS`, which has
the line that ``scmlang --help`` shows. Its module is imported only when the command runs, so no command
pays for another's imports; whatever is heavy beyond that is imported inside the function.

A command returns nothing on success. It raises :class:`~scmlang.diagnostics.ScmError` for the user's
mistakes and lets every other exception through; :mod:`scmlang.cli.failures` turns them into text and exit
codes: 1 for mistakes, 2 for a wrong command line, 70 for our defects, 130 for Ctrl-C. A command that must
exit with 1 for another reason raises ``typer.Exit(1)``.
"""

from __future__ import annotations


def main() -> None:
    """The entry point of the console script."""
    from scmlang.cli.app import run

    run()
