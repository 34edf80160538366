"""``--limit NAME=NUMBER``: other bounds on the work of one command."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from scmlang.limits import limited

LimitOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        help="Raise a bound of the work, as in source_bytes=100000000 or edges=1000000. Repeatable.",
        show_default=False,
    ),
]


def limits(options: Iterable[str] | None) -> AbstractContextManager[None]:
    """The context in which the bounds given on the command line hold.

    Raises:
        typer.BadParameter: for what is no bound.
    """
    found: dict[str, int] = {}
    for option in options or ():
        name, equals, number = option.partition("=")
        if not equals or not (number.isascii() and number.isdecimal()) or len(number) > 18:
            raise typer.BadParameter(f"write NAME=NUMBER, not `{option}`", param_hint="--limit")
        found[name] = int(number)
    try:
        return limited(**found)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--limit") from None
