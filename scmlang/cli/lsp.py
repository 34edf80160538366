"""``scmlang lsp``: the language server."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from scmlang.diagnostics.base import Diagnostic, ScmError


def lsp(
    tcp: Annotated[
        int | None, typer.Option(metavar="PORT", help="Listen here instead of on standard input.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address that --tcp listens on.")] = "127.0.0.1",
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Speak over standard input and output, as is the default.")
    ] = False,
) -> None:
    """Run the language server, which editors start for themselves.

    Exits with 0 after `shutdown` and `exit`, with 1 when the client goes away without them.
    """
    try:
        from scmlang.lsp.server import make_server
    except ModuleNotFoundError as error:
        raise ScmError([_missing(error)]) from None
    server = make_server()
    if tcp is not None:
        server.start_tcp(host, tcp)
    else:
        # What anything else prints must not get between the messages.
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            server.start_io(stdout=out)
    if not server.ended:
        raise typer.Exit(1)


def _missing(error: ModuleNotFoundError) -> Diagnostic:
    if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs", "attr"):
        raise error
    message = "the language server needs pygls, which is not installed"
    return Diagnostic("E198", message, helps=("install it: `pip install 'scmlang[lsp]'`",))
