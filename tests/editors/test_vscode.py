"""The VS Code extension: whole, current, and its grammar of one mind with the highlighter."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, Whitespace

from scmlang.highlight import ScmlangLexer
from tests.editors.test_lexer import EXAMPLES, texts
from tools import textmate

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
NODE = shutil.which("node")


def load(name: str) -> dict:
    return json.loads((EXTENSION / name).read_text(encoding="utf-8"))


def test_the_grammar_is_current() -> None:
    assert textmate.GRAMMAR.read_text(encoding="utf-8") == textmate.text(), "run `make docs`"


def test_check_says_that_a_grammar_is_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(textmate, "GRAMMAR", tmp_path / "syntaxes" / "grammar.json")
    assert textmate.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().out
    assert textmate.main([]) == 0
    assert textmate.main(["--check"]) == 0


def files(value: object) -> list[str]:
    """Every relative path that a manifest names."""
    if isinstance(value, dict):
        return [path for item in value.values() for path in files(item)]
    if isinstance(value, list):
        return [path for item in value for path in files(item)]
    return [value] if isinstance(value, str) and value.startswith("./") else []


def test_every_file_that_the_manifest_names_is_there() -> None:
    named = files(load("package.json"))
    assert sorted(named) == [
        "./extension.js",
        "./language-configuration.json",
        "./syntaxes/scmlang.tmLanguage.json",
    ]
    assert [path for path in named if not (EXTENSION / path).is_file()] == []


def test_the_manifest_is_one() -> None:
    manifest = load("package.json")
    assert re.fullmatch(r"[a-z0-9-]+", manifest["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert set(manifest["engines"]) == {"vscode"}
    scopes = [grammar["scopeName"] for grammar in manifest["contributes"]["grammars"]]
    assert scopes == [load("syntaxes/scmlang.tmLanguage.json")["scopeName"]]
    requested = re.findall(r"require\(\"([^\"./][^\"]*)\"\)", (EXTENSION / "extension.js").read_text("utf-8"))
    packages = {name.partition("/")[0] for name in requested} - {"vscode"}
    assert packages == set(manifest["dependencies"])


def test_version_and_licence_are_those_of_the_package() -> None:
    from importlib.metadata import version

    assert load("package.json")["version"] == version("scmlang")
    assert (EXTENSION / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_configuration_says_what_the_language_says() -> None:
    configuration = load("language-configuration.json")
    assert configuration["comments"] == {"lineComment": "#"}
    from scmlang.syntax.lexicon import lexicon

    assert configuration["wordPattern"] == lexicon().name


# --- the grammar; its patterns use nothing in which Oniguruma and Python differ


def scopes(line: str) -> list[tuple[int, str, str]]:
    """Where each token starts, its text, and the scope of the rule that takes it, as an editor does it."""
    rules = [(re.compile(rule["match"]), rule) for rule in textmate.grammar(textmate.lexicon())["patterns"]]
    found, at = [], 0
    while at < len(line):
        matches = [(m.start(), i) for i, (pattern, _) in enumerate(rules) if (m := pattern.search(line, at))]
        if not matches:
            break
        _, first = min(matches)
        pattern, rule = rules[first]
        match = pattern.search(line, at)
        captures = rule.get("captures", {"0": rule})
        found += [(match.start(int(g)), match[int(g)], scope["name"]) for g, scope in captures.items()]
        at = match.end()
    return found


SCOPES = {
    Comment.Single: "comment.line.number-sign",
    Number.Float: "constant.numeric.decimal",
    Number.Integer: "constant.numeric.integer",
    Keyword.Constant: "constant.language",
    Operator.Word: "keyword.operator.word",
    Keyword.Declaration: "keyword.declaration",
    Keyword: "keyword.control",
    Keyword.Type: "support.type",
    Name.Function: "entity.name.function",
    Name: "variable.other",
    Operator: "keyword.operator",
    Punctuation: "punctuation",
}


def agree(line: str) -> None:
    tokens = ScmlangLexer().get_tokens_unprocessed(line)
    ours = [(at, value, f"{SCOPES[kind]}.scmlang") for at, kind, value in tokens if kind is not Whitespace]
    assert scopes(line) == ours


@given(texts)
def test_it_colours_as_the_highlighter_does(text: str) -> None:
    for line in text.split("\n"):
        agree(line)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_colours_the_examples_as_the_highlighter_does(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        agree(line)


HARNESS = """
const Module = require("module");
const said = [];
class LanguageClient {
  constructor(id, name, server, options) { said.push(["made", server, options.documentSelector]); }
  async start() { said.push(["started"]); if (process.argv[1] === "fail") throw new Error("ENOENT"); }
  needsStop() { return true; }
  async stop() { said.push(["stopped"]); }
}
const vscode = {
  workspace: {
    getConfiguration: () => ({ get: () => ["scmlang", "lsp"] }),
    onDidChangeConfiguration: () => ({}),
  },
  window: { showErrorMessage: (text) => said.push(["error", text]) },
  commands: { registerCommand: (name) => said.push(["command", name]) },
};
const modules = { vscode, "vscode-languageclient/node": { LanguageClient } };
const load = Module._load;
Module._load = (name, ...rest) => modules[name] ?? load(name, ...rest);
const extension = require(process.env.EXTENSION);
extension.activate({ subscriptions: [] })
  .then(() => extension.deactivate())
  .then(() => console.log(JSON.stringify(said)));
"""


def run_extension(*arguments: str) -> list[list[object]]:
    """What the extension does with VS Code and its client, which a script stands in for."""
    environment = {"EXTENSION": str(EXTENSION / "extension.js"), "PATH": ""}
    program = [str(NODE), "-e", HARNESS, "--", *arguments]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_it_starts_the_server_and_stops_it() -> None:
    contributes = load("package.json")["contributes"]
    command, *args = contributes["configuration"]["properties"]["scmlang.command"]["default"]
    assert run_extension() == [
        *(["command", entry["command"]] for entry in contributes["commands"]),
        ["made", {"command": command, "args": args}, [{"language": "scmlang"}]],
        ["started"],
        ["stopped"],
    ]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_it_says_what_to_do_where_there_is_no_server() -> None:
    errors = [entry[1] for entry in run_extension("fail") if entry[0] == "error"]
    assert len(errors) == 1
    assert "pip install 'scmlang[lsp]'" in str(errors[0])
