"""The server: pygls speaks the protocol, this module says which function answers what.

Texts are sent whole. pygls cuts texts into lines as Python does, at form feeds and U+2028 among others, and
the protocol does not, so edits by position could be put in the wrong place; whole texts cannot.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from scmlang.diagnostics.base import Diagnostic
from scmlang.lsp import convert
from scmlang.lsp.completion import complete
from scmlang.lsp.definition import definitions, references
from scmlang.lsp.document import Document
from scmlang.lsp.fixes import fixes
from scmlang.lsp.hover import hover
from scmlang.lsp.index import Occurrence
from scmlang.lsp.outline import outline
from scmlang.lsp.rename import Refused, renamable, rename
from scmlang.lsp.style import restyle

_log = logging.getLogger(__name__)
_PAUSE = 0.15  # seconds without a change before a text is checked
T = TypeVar("T")
_TRIGGERS = (":", "~", "=", "(", "[", "{", ",")


class ModelServer(LanguageServer):
    """The language server and the texts that are open in the editor."""

    def __init__(self) -> None:
        super().__init__("scmlang", version("scmlang"), text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.documents: dict[str, Document] = {}
        self.ended = False
        self._checks: dict[str, asyncio.Task[None]] = {}
        self._checker = ThreadPoolExecutor(1)  # one check at a time; one that is out of date never starts

    # --- texts

    def put(self, uri: str, number: int | None) -> None:
        """A text was opened or changed: check it once it has been left alone for a moment."""
        encoding = lsp.PositionEncodingKind(self.workspace.position_encoding).value
        text = self.workspace.get_text_document(uri).source
        self.documents[uri] = Document(text, to_fs_path(uri) or uri, number, encoding)
        self._cancel(uri)
        self._checks[uri] = asyncio.ensure_future(self._check(uri, self.documents[uri]))

    def drop(self, uri: str) -> None:
        """A text was closed."""
        self._cancel(uri)
        self.documents.pop(uri, None)
        self._publish(uri, None, [])

    def _cancel(self, uri: str) -> None:
        check = self._checks.pop(uri, None)
        if check is not None:
            check.cancel()

    async def _check(self, uri: str, document: Document) -> None:
        await asyncio.sleep(_PAUSE)
        try:
            await asyncio.get_running_loop().run_in_executor(self._checker, _prepare, document)
            found = [self.diagnostic(uri, document, problem) for problem in document.problems]
        except Exception as error:  # a defect of ours must not end the editor's session
            _log.exception("a check failed")
            message = f"scmlang: internal error while checking: {type(error).__name__}: {error}"
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, message))
            return
        if self.documents.get(uri) is document:
            self._publish(uri, document.version, found)

    def _publish(self, uri: str, number: int | None, found: list[lsp.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, number))

    # --- what the client can

    @property
    def shows_related(self) -> bool:
        """Whether the client shows other places beside a diagnostic."""
        text = self.client_capabilities.text_document
        return bool(text and text.publish_diagnostics and text.publish_diagnostics.related_information)

    def diagnostic(self, uri: str, document: Document, problem: Diagnostic) -> lsp.Diagnostic:
        return convert.diagnostic(uri, document, problem, related=self.shows_related)

    # --- questions

    def find(self, uri: str, position: lsp.Position) -> tuple[Document, Occurrence] | None:
        """The open text and the name at a position of it, if there is one."""
        document = self.documents.get(uri)
        found = document and document.index.at(convert.offset(document, position))
        return (document, found) if document and found else None


def _prepare(document: Document) -> None:
    """What the first question after a change would wait for."""
    _ = document.problems, document.index


def _is_defect(record: logging.LogRecord) -> bool:
    """Whether a log entry is about more than a refusal, which the client has been told."""
    return not (record.exc_info and isinstance(record.exc_info[1], JsonRpcException))


def make_server() -> ModelServer:
    """A server with every feature."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_defect)
    server = ModelServer()
    for register in (_register_texts, _register_navigation, _register_writing):
        register(server)
    return server


def _register_texts(server: ModelServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.put(params.text_document.uri, params.text_document.version)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.put(params.text_document.uri, params.text_document.version)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.drop(params.text_document.uri)

    @server.feature(lsp.SHUTDOWN)
    def shut_down(params: None) -> None:
        server.ended = True


def _register_navigation(server: ModelServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.documents.get(params.text_document.uri)
        found = document and hover(document, convert.offset(document, params.position))
        return convert.hover(document, found) if document and found else None

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def defined(params: lsp.DefinitionParams) -> list[lsp.Location]:
        return _locations(server, params, definitions)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def referred(params: lsp.ReferenceParams) -> list[lsp.Location]:
        def wanted(document: Document, occurrence: Occurrence) -> tuple[Occurrence, ...]:
            found = references(document, occurrence)
            return tuple(o for o in found if params.context.include_declaration or not o.declares)

        return _locations(server, params, wanted)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlighted(params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
        found = server.find(params.text_document.uri, params.position)
        return [convert.highlight(found[0], o) for o in references(*found)] if found else []

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = server.documents.get(params.text_document.uri)
        return [convert.symbol(document, entry) for entry in outline(document)] if document else []


def _locations(
    server: ModelServer,
    params: lsp.DefinitionParams | lsp.ReferenceParams,
    question: Callable[[Document, Occurrence], tuple[Occurrence, ...]],
) -> list[lsp.Location]:
    uri = params.text_document.uri
    found = server.find(uri, params.position)
    return [convert.location(uri, found[0], o.span) for o in question(*found)] if found else []


def _register_writing(server: ModelServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=list(_TRIGGERS)))
    def completed(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        document = server.documents.get(params.text_document.uri)
        items = complete(document, convert.offset(document, params.position)) if document else ()
        return [convert.completion(number, item) for number, item in enumerate(items)]

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def rename_prepared(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder:
        document = _open(server, params.text_document.uri)
        found = _refusing(lambda: renamable(document, convert.offset(document, params.position)))
        return lsp.PrepareRenamePlaceholder(convert.range_of(document, found.span), found.text)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        document = _open(server, params.text_document.uri)
        at = convert.offset(document, params.position)
        edits = _refusing(lambda: rename(document, at, params.new_name))
        return convert.workspace_edit(params.text_document.uri, document, edits)

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        document = server.documents.get(params.text_document.uri)
        edit = document and restyle(document)
        return [convert.text_edit(document, edit)] if document and edit else []

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    )
    def fixed(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        document = server.documents.get(uri)
        found = fixes(document, convert.span(document, params.range)) if document else ()
        related = server.shows_related
        return [convert.code_action(uri, document, fix, related=related) for fix in found if document]


def _open(server: ModelServer, uri: str) -> Document:
    document = server.documents.get(uri)
    if document is None:
        raise JsonRpcException("the text is not open", lsp.LSPErrorCodes.RequestFailed)
    return document


def _refusing(work: Callable[[], T]) -> T:
    try:
        return work()
    except Refused as refusal:
        raise JsonRpcException(str(refusal), lsp.LSPErrorCodes.RequestFailed) from None
