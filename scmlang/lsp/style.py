"""Formatting, as the smallest edit that does it."""

from __future__ import annotations

from scmlang.diagnostics.base import ScmError
from scmlang.formatting import format_text
from scmlang.lsp.document import Document
from scmlang.lsp.edits import Edit, difference


def restyle(document: Document) -> Edit | None:
    """The edit that puts a text in the one style, its line ends kept.

    None when nothing changes, and for a text that does not parse: its diagnostics say so already.
    """
    try:
        text = format_text(document.source)
    except ScmError:
        return None
    if document.line_end != "\n":
        text = text.replace("\n", document.line_end)
    return difference(document.text, text)
