"""Values of this package as those of the protocol, and positions back."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types as lsp

from scmlang.diagnostics.base import Diagnostic, Severity
from scmlang.lsp.completion import Item, ItemKind
from scmlang.lsp.document import Document
from scmlang.lsp.edits import Edit
from scmlang.lsp.fixes import Fix
from scmlang.lsp.hover import Hover
from scmlang.lsp.index import Occurrence
from scmlang.lsp.outline import Entry, EntryKind
from scmlang.source import Span

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
}
_UNUSED = ("W001",)
_ITEMS: dict[ItemKind, lsp.CompletionItemKind] = {
    "keyword": lsp.CompletionItemKind.Keyword,
    "variable": lsp.CompletionItemKind.Variable,
    "constant": lsp.CompletionItemKind.Constant,
    "level": lsp.CompletionItemKind.EnumMember,
    "type": lsp.CompletionItemKind.Class,
    "function": lsp.CompletionItemKind.Function,
    "option": lsp.CompletionItemKind.Property,
}
_ENTRIES: dict[EntryKind, lsp.SymbolKind] = {
    "model": lsp.SymbolKind.Module,
    "variable": lsp.SymbolKind.Variable,
    "latent": lsp.SymbolKind.Variable,
    "exogenous": lsp.SymbolKind.Variable,
    "arrows": lsp.SymbolKind.Interface,
    "monotone": lsp.SymbolKind.Interface,
    "constant": lsp.SymbolKind.Constant,
    "equation": lsp.SymbolKind.Function,
    "mechanism": lsp.SymbolKind.Class,
    "query": lsp.SymbolKind.Event,
    "assertion": lsp.SymbolKind.Boolean,
}


def offset(document: Document, position: lsp.Position) -> int:
    return document.lines.offset(position.line, position.character)


def span(document: Document, range: lsp.Range) -> Span:
    return Span(offset(document, range.start), offset(document, range.end))


def range_of(document: Document, span: Span) -> lsp.Range:
    (line, column), (last, end) = document.lines.range(span)
    return lsp.Range(lsp.Position(line, column), lsp.Position(last, end))


def location(uri: str, document: Document, span: Span) -> lsp.Location:
    return lsp.Location(uri, range_of(document, span))


def diagnostic(uri: str, document: Document, problem: Diagnostic, *, related: bool) -> lsp.Diagnostic:
    """A diagnostic: notes at other places are related information, the rest follows the message.

    Args:
        related: whether the client shows related information.
    """
    places = [note for note in problem.notes if note.span and related]
    remarks = [note.text for note in problem.notes if not (note.span and related)]
    lines = [f"{problem.message}: {problem.label}" if problem.label else problem.message]
    lines += [f"note: {text}" for text in remarks]
    lines += [f"help: {text}" for text in problem.helps]
    return lsp.Diagnostic(
        range=range_of(document, problem.span or Span(0, 0)),
        message="\n".join(lines),
        severity=_SEVERITIES[problem.severity],
        code=problem.code,
        source="scmlang",
        related_information=[
            lsp.DiagnosticRelatedInformation(location(uri, document, note.span or Span(0, 0)), note.text)
            for note in places
        ]
        or None,
        tags=[lsp.DiagnosticTag.Unnecessary] if problem.code in _UNUSED else None,
        data={"helps": list(problem.helps)},
    )


def hover(document: Document, found: Hover) -> lsp.Hover:
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.markdown)
    return lsp.Hover(content, range_of(document, found.span))


def completion(number: int, item: Item) -> lsp.CompletionItem:
    """A proposal that keeps its place among the others."""
    return lsp.CompletionItem(
        label=item.label,
        kind=_ITEMS[item.kind],
        detail=item.detail or None,
        insert_text=item.typed or None,
        sort_text=f"{number:06}",
    )


def symbol(document: Document, entry: Entry) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=entry.name,
        kind=_ENTRIES[entry.kind],
        range=range_of(document, entry.span),
        selection_range=range_of(document, entry.place),
        detail=" ".join([entry.kind, entry.detail]).strip(),
    )


def highlight(document: Document, occurrence: Occurrence) -> lsp.DocumentHighlight:
    written = occurrence.declares or occurrence.writes
    kind = lsp.DocumentHighlightKind.Write if written else lsp.DocumentHighlightKind.Read
    return lsp.DocumentHighlight(range_of(document, occurrence.span), kind)


def text_edit(document: Document, edit: Edit) -> lsp.TextEdit:
    return lsp.TextEdit(range_of(document, edit.span), edit.text)


def workspace_edit(uri: str, document: Document, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
    return lsp.WorkspaceEdit(changes={uri: [text_edit(document, edit) for edit in edits]})


def code_action(uri: str, document: Document, fix: Fix, *, related: bool) -> lsp.CodeAction:
    return lsp.CodeAction(
        title=fix.title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(uri, document, fix.problem, related=related)],
        is_preferred=True,
        edit=workspace_edit(uri, document, [fix.edit]),
    )
