"""What the tests of the language server share."""

from __future__ import annotations

from pathlib import Path

from scmlang.lsp.document import Document

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.scm"))
MODEL = """\
model Small

exogenous U ~ bernoulli(0.5)   # U is hidden
let p = 0.25
C: {red, green}
D: 0..3
X, Y: binary
E: {small, green}

C := if U then green else red
D ~ binomial(3, p)
X := C == red
E ~ table(C) { (red): [1, 0]  (green): [p, 0.75] }
mechanism Y: mlp(hidden=[8])
C -> {X, E}; {X, D} -> Y
query q = P(Y=1 | do(C=green), D=2)
query r = P(E[C=red]=green)
"""


def marked(text: str) -> tuple[Document, int]:
    """A text with a cursor, written `|`, and where that is."""
    at = text.index("|")
    return Document(text[:at] + text[at + 1 :]), at


def at(text: str, target: str, count: int = 0) -> int:
    """Where the n-th occurrence of a piece of a text starts."""
    offset = -1
    for _ in range(count + 1):
        offset = text.index(target, offset + 1)
    return offset
