"""The language server under broken texts, broken messages and defects of its own; how it begins and ends."""

from __future__ import annotations

import sys

import pytest

from tests.lsp.client import COMMAND, PATIENCE, Client, Failed
from tests.lsp.messages import opened, span

METHOD_NOT_FOUND, INTERNAL = -32601, -32603


BROKEN = ("", "\x00", "(" * 3000, "X: {" * 500, "\ufeffX: binary", "}}", "#", "X" + ";" * 5000, "\ud800", "é")


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_every_text_gets_every_answer(client: Client, content: str) -> None:
    text = opened(client, content)
    for problem in text.diagnostics():
        assert problem["code"].startswith(("E", "W"))
    for line, column in ((0, 0), (0, 3), (7, 0), (0, 10**6)):
        for question in ("hover", "completion", "definition", "documentHighlight"):
            text.ask(question, line, column)
        text.ask("references", line, column, context={"includeDeclaration": True})
    text.request("documentSymbol")
    text.request("codeAction", range=span(0, 0, 5), context={"diagnostics": []})


@pytest.mark.slow
def test_a_large_text_is_checked_and_answered(client: Client) -> None:
    lines = ["X0: binary", "X0 ~ bernoulli(0.5)"]
    for number in range(1, 3000):
        lines += [f"X{number}: binary", f"X{number} ~ bernoulli(0.25 + 0.5 * X{number - 1})"]
    text = opened(client, "\n".join(lines) + "\n")
    assert text.diagnostics() == []
    assert len(text.ask("references", 2, 0, context={"includeDeclaration": True})) == 3
    assert len(text.request("documentSymbol")) == 6000
    text.change("\n".join(lines) + "\nX1 ->\n")
    assert [problem["range"]["start"]["line"] for problem in text.diagnostics()] == [6000]
    assert "X5" in {item["label"] for item in text.ask("completion", 6000, 5)}


def test_too_large_a_text_is_refused(client: Client) -> None:
    text = opened(client, "X -> Y\n" * 200_000)
    assert [problem["code"] for problem in text.diagnostics()] == ["E003"]
    assert text.ask("hover", 0, 0) is None


MALFORMED = (b"{", b"[]", b"null", b"\xff\xfe", b'{"jsonrpc": "2.0", "id": "a"}', b"[" * 5000)


def test_malformed_messages_do_not_end_the_conversation() -> None:
    client = Client()
    client.patient = True
    for body in MALFORMED:
        client.send(body)
    client.notify("textDocument/didOpen", {"x": 1})
    text = client.open("X -> Y")
    assert text.diagnostics() == []
    assert client.end() == 0


def test_an_unknown_method_is_an_error(client: Client) -> None:
    with pytest.raises(Failed) as failure:
        client.request("textDocument/nothing", {})
    assert failure.value.code == METHOD_NOT_FOUND


FAULTY = """\
import sys
import scmlang.lsp.server as server

def fail(*arguments):
    raise ZeroDivisionError("a defect")

server.hover = fail
server._prepare = fail
sys.argv = ["scmlang", "lsp"]
from scmlang.cli import main
main()
"""


def test_a_defect_ends_one_answer_and_not_the_server() -> None:
    client = Client((sys.executable, "-c", FAULTY))
    text = client.open("X -> Y")
    assert "a defect" in client.noted("window/showMessage")["message"]
    with pytest.raises(Failed, match="a defect") as failure:
        text.ask("hover", 0, 0)
    assert failure.value.code == INTERNAL
    assert len(text.request("documentSymbol")) == 1
    assert client.end() == 0


def test_what_is_printed_does_not_get_between_the_messages() -> None:
    printing = FAULTY.replace('raise ZeroDivisionError("a defect")', 'print("noise", flush=True)')
    client = Client((sys.executable, "-c", printing))
    text = client.open("X -> Y")
    assert text.diagnostics() == []
    assert text.ask("hover", 0, 0) is None
    assert client.end() == 0
    assert b"noise" in b"".join(client.errors)


# --- the beginning and the end


def test_what_it_offers(client: Client) -> None:
    offered = client.capabilities
    assert offered["textDocumentSync"] == {"openClose": True, "change": 1, "save": False}
    for name in (
        "hover",
        "definition",
        "references",
        "documentHighlight",
        "documentSymbol",
        "documentFormatting",
    ):
        assert offered[f"{name}Provider"] is True
    assert {"completionProvider", "renameProvider", "codeActionProvider"} <= offered.keys()


def test_exit_without_shutdown_is_a_failure() -> None:
    client = Client()
    client.notify("exit", None)
    assert client.wait() == 1


def test_a_client_that_goes_away_ends_the_server() -> None:
    client = Client()
    assert client.process.stdin
    client.process.stdin.close()
    assert client.process.wait(PATIENCE) == 1
    client.wait()


def test_after_shutdown_it_still_exits_with_a_text_being_checked() -> None:
    client = Client((*COMMAND, "--stdio"))
    client.open("X -> Y\n" * 1000)
    assert client.end() == 0
