"""The language server as editors meet it: a process that speaks JSON-RPC over its pipes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lsp.client import Client, Failed
from tests.lsp.messages import opened, place, span
from tests.lsp.support import MODEL

REQUEST_FAILED = -32803


# --- texts and their diagnostics


def test_a_sound_text_has_no_diagnostics(client: Client) -> None:
    assert opened(client, MODEL).diagnostics() == []


def test_diagnostics_follow_what_is_typed(client: Client) -> None:
    text = opened(client, "X: binary\nX -> Y\n")
    (problem,) = text.diagnostics()
    assert problem["code"] == "E012"
    assert problem["severity"] == 1
    assert problem["source"] == "scmlang"
    assert problem["range"] == span(1, 5, 6)
    assert problem["message"].startswith("`Y` has no domain")
    assert "help: declare it, for example `Y: binary`" in problem["message"]
    assert problem["data"] == {"helps": ["declare it, for example `Y: binary`"]}
    text.change("X: binary\nY: binary\nX -> Y\n")
    assert text.diagnostics() == []


def test_only_the_last_of_many_changes_counts(client: Client) -> None:
    text = opened(client, "X -> Y")
    for number in range(20):
        text.change("X -> Y\n" * number + "X ->")
    (problem,) = text.diagnostics()
    assert problem["range"]["start"] == {"line": 19, "character": 4}


def test_other_places_are_related_information(client: Client) -> None:
    text = opened(client, "X: binary\nY: binary\nX: 0..3\nX -> Y\n")
    problem = next(p for p in text.diagnostics() if p["code"] == "E011")
    (note,) = problem["relatedInformation"]
    assert note == {"location": {"uri": text.uri, "range": span(0, 0, 1)}, "message": "first declared here"}


def test_notes_are_in_the_message_where_the_client_shows_no_places() -> None:
    client = Client(textDocument={})
    text = client.open("X: binary\nX: binary\n")
    problem = next(p for p in text.diagnostics() if p["code"] == "E011")
    assert "relatedInformation" not in problem
    assert "note: first declared here" in problem["message"]
    assert client.end() == 0


def test_warnings_are_warnings(client: Client) -> None:
    (problem,) = opened(client, "exogenous U ~ bernoulli(0.5)\nX: binary\nX ~ bernoulli(0.5)\n").diagnostics()
    assert (problem["code"], problem["severity"], problem["tags"]) == ("W001", 2, [1])


def test_an_assertion_that_does_not_hold_is_an_error(client: Client) -> None:
    (problem,) = opened(client, "X -> Z -> Y\nassert independent(X, Y)\n").diagnostics()
    assert (problem["code"], problem["severity"]) == ("E086", 1)
    assert problem["range"]["start"]["line"] == 1


def test_a_closed_text_has_no_diagnostics_and_no_answers(client: Client) -> None:
    text = opened(client, "X ->")
    assert len(text.diagnostics()) == 1
    text.close()
    cleared = client.noted("textDocument/publishDiagnostics", uri=text.uri)
    assert cleared["diagnostics"] == []
    assert text.ask("hover", 0, 0) is None
    assert text.ask("completion", 0, 0) == []
    with pytest.raises(Failed, match="not open") as failure:
        text.ask("rename", 0, 0, newName="Y")
    assert failure.value.code == REQUEST_FAILED


# --- positions


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_are_counted_as_agreed(encoding: str) -> None:
    width = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]
    client = Client(general={"positionEncodings": [encoding]})
    assert client.capabilities["positionEncoding"] == encoding
    text = client.open("# 😀\r\nX: {a,  # 😀\r\n😀}\r\nX -> Y\r\n")
    (problem,) = text.diagnostics()
    assert problem["range"] == span(2, 0, width)
    text.change("C: {red,  # 😀\r\ngreen}; X: binary; C -> X; query q = P(X=1 | do(C=green))\r\n")
    assert text.diagnostics() == []
    found = text.ask(
        "definition", 1, "green}; X: binary; C -> X; query q = P(X=1 | do(C=green".index("=green") + 1
    )
    assert found == [{"uri": text.uri, "range": span(1, 0, 5)}]
    assert client.end() == 0


def test_utf_16_where_nothing_was_agreed(client: Client) -> None:
    assert client.capabilities["positionEncoding"] == "utf-16"
    (problem,) = opened(client, "X -> 😀 Y").diagnostics()
    assert problem["range"] == span(0, 5, 7)


def test_lines_are_the_protocols(client: Client) -> None:
    """A form feed and U+2028 end no line, a carriage return does."""
    (problem,) = opened(client, "# a\u2028b\x0cc\n# d\r# e\nX ->").diagnostics()
    assert problem["range"] == span(3, 4, 4)


# --- navigation


def test_hover(client: Client) -> None:
    text = opened(client, MODEL)
    found = text.ask("hover", *place(MODEL, "C :="))
    assert found["contents"]["kind"] == "markdown"
    assert "parents: `U`" in found["contents"]["value"]
    assert found["range"] == span(9, 0, 1)
    assert text.ask("hover", 1, 0) is None


def test_definition_references_and_highlights(client: Client) -> None:
    text = opened(client, MODEL)
    line, column = place(MODEL, "U then")
    declared, used = span(2, 10, 11), span(line, column, column + 1)
    assert text.ask("definition", line, column) == [{"uri": text.uri, "range": declared}]
    both = text.ask("references", line, column, context={"includeDeclaration": True})
    assert [found["range"] for found in both] == [declared, used]
    uses = text.ask("references", line, column, context={"includeDeclaration": False})
    assert [found["range"] for found in uses] == [used]
    marks = text.ask("documentHighlight", line, column)
    assert marks == [{"range": declared, "kind": 3}, {"range": used, "kind": 2}]


def test_document_symbols(client: Client) -> None:
    found = opened(client, MODEL).request("documentSymbol")
    by_name = {(entry["name"], entry["kind"]): entry for entry in found}
    assert by_name["Small", 2]["selectionRange"] == span(0, 6, 11)
    assert by_name["C", 13]["detail"] == "variable {red, green}"
    assert by_name["C", 12]["range"] == span(9, 0, 29)
    assert by_name["q", 24]["detail"].startswith("query P(Y=1")


# --- writing


def test_completion(client: Client) -> None:
    line = "mechanism Y: mlp("
    text = opened(client, MODEL + line)
    found = text.ask("completion", MODEL.count("\n"), len(line))
    hidden = next(item for item in found if item["label"] == "hidden")
    assert hidden["insertText"] == "hidden="
    assert "default" in hidden["detail"]
    assert [item["sortText"] for item in found] == sorted(item["sortText"] for item in found)


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """An ASCII text after edits, as a client applies them."""
    lines = text.split("\n")

    def offset(position: dict[str, int]) -> int:
        return sum(len(line) + 1 for line in lines[: position["line"]]) + position["character"]

    for edit in sorted(edits, key=lambda edit: -offset(edit["range"]["start"])):
        text = text[: offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]) :]
    return text


def test_rename(client: Client) -> None:
    text = opened(client, MODEL)
    line, column = place(MODEL, "U then")
    assert text.ask("prepareRename", line, column) == {
        "range": span(line, column, column + 1),
        "placeholder": "U",
    }
    edit = text.ask("rename", line, column, newName="Hidden")
    renamed = applied(MODEL, edit["changes"][text.uri])
    assert renamed == MODEL.replace("exogenous U", "exogenous Hidden").replace("if U", "if Hidden")
    text.change(renamed)
    assert text.diagnostics() == []


@pytest.mark.parametrize(
    ("name", "reason"), [("if", "keyword"), ("1a", "no name"), ("X", "taken"), ("red", "taken")]
)
def test_a_bad_name_is_refused(client: Client, name: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason) as failure:
        opened(client, MODEL).ask("rename", *place(MODEL, "U then"), newName=name)
    assert failure.value.code == REQUEST_FAILED


def test_what_the_file_does_not_declare_is_not_renamed(client: Client) -> None:
    with pytest.raises(Failed, match="only what the file declares"):
        opened(client, MODEL).ask("prepareRename", *place(MODEL, "bernoulli"))


def test_formatting(client: Client) -> None:
    untidy = "X:binary\nY: binary\n\nX->Y # why\n"
    text = opened(client, untidy)
    edits = text.request("formatting", options={"tabSize": 4, "insertSpaces": True})
    assert applied(untidy, edits) == "X: binary\nY: binary\n\nX -> Y  # why\n"
    text.change("X: binary\nX -> Y -> ->\n")
    assert text.request("formatting", options={"tabSize": 4, "insertSpaces": True}) == []


def test_a_fix_can_be_applied(client: Client) -> None:
    wrong = MODEL.replace("mechanism Y: mlp", "mechanism Y: mpl")
    text = opened(client, wrong)
    (problem,) = text.diagnostics()
    (action,) = text.request("codeAction", range=problem["range"], context={"diagnostics": [problem]})
    assert action["kind"] == "quickfix"
    assert action["diagnostics"] == [problem]
    assert applied(wrong, action["edit"]["changes"][text.uri]) == MODEL
    assert text.request("codeAction", range=span(0, 0, 0), context={"diagnostics": []}) == []
