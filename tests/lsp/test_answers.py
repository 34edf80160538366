"""Every question has an answer in every text: examples cut up, put together, and with noise in them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.lsp.completion import complete
from scmlang.lsp.definition import definitions, references
from scmlang.lsp.document import Document
from scmlang.lsp.edits import apply
from scmlang.lsp.fixes import fixes
from scmlang.lsp.hover import hover
from scmlang.lsp.outline import outline
from scmlang.lsp.rename import Refused, rename
from scmlang.lsp.style import restyle
from scmlang.source import Span
from tests.lsp.support import EXAMPLES

TEXTS = [path.read_text(encoding="utf-8") for path in EXAMPLES]
NOISE = (
    "",
    " ",
    "\n",
    "\r\n",
    ";",
    "(",
    "]",
    "{",
    "->",
    ":=",
    "~",
    "=",
    "|",
    "#",
    "X",
    "if ",
    "query ",
    "0",
    ".",
    "é😀",
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """An example with pieces taken out and noise put in."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        text = text[:start] + draw(st.sampled_from(NOISE)) + text[end:]
    return text


@settings(max_examples=30, deadline=None)
@given(texts(), st.data())
def test_every_question_has_an_answer(text: str, data: st.DataObject) -> None:
    document = Document(text)
    offset = data.draw(st.integers(0, len(text)))
    said = hover(document, offset)
    assert said is None or said.markdown
    complete(document, offset)
    assert all(entry.name for entry in outline(document))
    for fix in fixes(document, Span(0, len(text))):
        assert apply(text, [fix.edit]) != text
    occurrence = document.index.at(offset)
    if occurrence is not None:
        assert occurrence in references(document, occurrence)
        assert {o.symbol for o in definitions(document, occurrence)} <= {occurrence.symbol}


@settings(max_examples=30, deadline=None)
@given(texts(), st.data())
def test_renaming_and_formatting_leave_what_they_should(text: str, data: st.DataObject) -> None:
    document = Document(text)
    edit = restyle(document)
    if edit is not None:
        assert restyle(Document(apply(text, [edit]))) is None
    try:
        edits = rename(document, data.draw(st.integers(0, len(text))), "fresh_name")
    except Refused:
        return
    renamed = Document(apply(text, edits))
    assert len(renamed.problems) == len(document.problems)
    assert len(renamed.index.occurrences) == len(document.index.occurrences)
