"""Generate the editors' TextMate grammar from the language's: ``python -m tools.textmate [--check]``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from scmlang.syntax.lexicon import Lexicon, lexicon

GRAMMAR = Path(__file__).parent.parent / "editors" / "vscode" / "syntaxes" / "scmlang.tmLanguage.json"
_END = r"(?![A-Za-z0-9_])"
_START = r"(?<![A-Za-z0-9_])"


def grammar(words: Lexicon) -> dict[str, object]:
    """The TextMate grammar: what is tried first stands first."""
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "information_for_contributors": [
            "Generated from grammar/scm.lark by `make docs`; edit tools/textmate.py instead."
        ],
        "name": "scmlang",
        "scopeName": "source.scmlang",
        "fileTypes": ["scm"],
        "patterns": [
            _rule("comment.line.number-sign", words.comment),
            _rule("constant.numeric.decimal", f"(?:{words.decimal})"),
            _rule("constant.numeric.integer", words.integer),
            _rule("constant.language", _any(words.constants)),
            _rule("keyword.operator.word", _any(words.operators)),
            _rule("keyword.declaration", _any(words.statements)),
            _rule("keyword.control", _any(words.controls)),
            _domain(words),
            _rule("entity.name.function", rf"{_START}{words.name}(?=[ \t]*\()"),
            _rule("variable.other", _START + words.name),
            _rule("keyword.operator", words.signs),
            _rule("punctuation", f"[{re.escape(words.punctuation)}]"),
        ],
    }


def _rule(scope: str, match: str) -> dict[str, object]:
    return {"name": f"{scope}.scmlang", "match": match}


def _domain(words: Lexicon) -> dict[str, object]:
    """A colon, and the domain or mechanism type after it."""
    scopes = {"1": "keyword.operator", "2": "support.type"}
    return {
        "match": rf"(:)(?!=)[ \t]*({words.free_name})",
        "captures": {group: {"name": f"{scope}.scmlang"} for group, scope in scopes.items()},
    }


def _any(words: Iterable[str]) -> str:
    return f"{_START}(?:{'|'.join(words)}){_END}"


def text() -> str:
    """The file."""
    return json.dumps(grammar(lexicon()), indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write the grammar; with ``--check``, only say whether it is out of date."""
    if GRAMMAR.exists() and GRAMMAR.read_text("utf-8") == text():
        return 0
    if "--check" in arguments:
        print("the TextMate grammar is out of date: run `make docs`")
        return 1
    GRAMMAR.parent.mkdir(parents=True, exist_ok=True)
    GRAMMAR.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
