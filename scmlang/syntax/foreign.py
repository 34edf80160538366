"""Texts of other formats, known by how they begin, so that they are not told as models full of mistakes."""

from __future__ import annotations

import re

from scmlang.diagnostics.base import Diagnostic
from scmlang.source import Source, Span

_IMPORT = "turn it into a model with `scmlang import`"
_LINES = "write one statement on a line, as in `X -> Y` or `Y ~ bernoulli(0.5)`"
_FORMATS = (
    (r"(?:dag|pdag|mag|pag)\b[^{}\n]*\{", "this is a graph of dagitty", _IMPORT),
    (r"(?:strict\s+)?(?:di)?graph\b[^{}\[\n]*\{", "this is a graph in the DOT language", _IMPORT),
    (r"(?:Creator\b[^\n]*\s+)?graph\s*\[", "this is a graph in GML", _IMPORT),
    (r"<NODES>", "this is a graph in the format of `.cg` files", _IMPORT),
    (r"network\s+[^\s{]+\s*\{", "this is a Bayesian network in BIF", _IMPORT),
    (r"<\?xml\b|<graphml\b", "this is a text in XML", f"{_IMPORT}, if it is GraphML"),
    (r"\{\s*\"", "this is a text in JSON", f"{_IMPORT}, if it is a graph"),
    (
        r"(?:data|parameters|(?:transformed|generated)\s+\w+|functions)\s*\{",
        "this begins with a block of Stan",
        f"there are no blocks: {_LINES}",
    ),
    (
        r"\[\w+(?:\|[\w:]+)?\]",
        "this is a model string of bnlearn",
        "write an arrow for each arc, `A -> T`; a network saved as BIF is read by `scmlang import`",
    ),
    (r"(?:graph|flowchart)\s+(?:TD|TB|LR|RL|BT)\b", "this is a diagram of Mermaid", "keep only the arrows"),
    (r"model\b[ \t]*\w*[ \t]*\{", "a model has no block in braces", _LINES),
    (
        r"(?:from\s+[\w.]+\s+import|import\s+[\w.]+|def\s+\w+\(|library\()",
        "this is a program in another language",
        "a model is made of declarations, arrows and equations such as `Y := not X`",
    ),
)  # fmt: skip
_BLANK = re.compile(r"(?:\s|//[^\n]*+|#[^\n]*+|/\*.*?\*/)*+", re.DOTALL)
_BEGINNINGS = tuple((re.compile(pattern), message, help) for pattern, message, help in _FORMATS)


def foreign(source: Source) -> Diagnostic | None:
    """What to say of a text that begins as none of the language does, but as one of another format."""
    found = _BLANK.match(source.text)
    start = found.end() if found else 0
    for pattern, message, help in _BEGINNINGS:
        begun = pattern.match(source.text, start)
        if begun:
            first = re.match(r"\S+", begun.group())
            span = Span(start, start + len(first.group() if first else begun.group()))
            return Diagnostic("E005", message, source, span, helps=(help,))
    return None
