"""What one editor has open, and the answers to its requests."""

from __future__ import annotations

from functools import partial
from os import getcwd
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from ...dsl.analysis import Analysis
from ...dsl.syntax.formatting import format_text
from ...errors import LanguageError
from .cells import CatalogReader, find_place
from .completion import complete
from .diagnostics import Publisher
from .documents import Document, Documents
from .hover import hover
from .navigation import definition, document_symbols, references
from .places import Places
from .positions import Positions
from .renaming import prepare_rename, rename

__all__ = ["Session"]

_WATCHED = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*.{cell,rasp}")])


class _Placed(Protocol):
    """The parameters of a request about a place in a document."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


class Session:
    """One editor at `server`, with the catalog that it was started for, if any."""

    def __init__(self, server: LanguageServer, catalog: str | None) -> None:
        self._server = server
        self._asked = catalog
        self._reader: CatalogReader | None = None
        self._places = Places()
        self._publisher = Publisher(server.text_document_publish_diagnostics, self._places)
        self._documents = Documents(self._places, self._catalog, self._publish)

    async def initialized(self, params: types.InitializedParams) -> None:
        """Build the parsers before the first document needs them; ask to hear of files that change on the disk."""
        workspace = self._server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, _WATCHED)
            self._server.client_register_capability(types.RegistrationParams([registration]))
        self._documents.prepare()

    async def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        """A document is open, with its first text."""
        self._places.encoding = str(getattr(encoding := self._server.workspace.position_encoding, "value", encoding))
        document = params.text_document
        self._documents.open(document.uri, document.text, document.version, document.language_id)

    async def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """A document has another text."""
        uri = params.text_document.uri
        self._documents.change(uri, self._server.workspace.get_text_document(uri).source, params.text_document.version)

    async def stored(self, params: types.DidSaveTextDocumentParams | types.DidChangeWatchedFilesParams) -> None:
        """Files are written: what imports them is looked at again."""
        self._documents.refresh()

    async def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        """A document is not open any more."""
        self._documents.close(params.text_document.uri)
        self._publisher.withdraw(params.text_document.uri)

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """What is known of a name."""
        return hover(*found) if (found := await self._at(params)) else None

    async def completion(self, params: types.CompletionParams) -> types.CompletionList | None:
        """How what is being typed can go on."""
        found = await self._at(params)
        if found is None:
            return None
        is_triggered = bool(
            params.context and params.context.trigger_kind == types.CompletionTriggerKind.TriggerCharacter
        )
        return await self._documents.run(lambda: complete(*found, self._catalog(), only_imports=is_triggered))

    async def definition(self, params: types.DefinitionParams) -> types.Location | None:
        """Where a name is defined."""
        found = await self._at(params)
        return definition(found[0], self._places, found[2]) if found else None

    async def references(self, params: types.ReferenceParams) -> list[types.Location] | None:
        """Where a name is read."""
        found = await self._at(params)
        with_definition = params.context.include_declaration
        return references(found[0], self._places, found[2], with_definition=with_definition) if found else None

    async def document_symbols(self, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        """What a document defines."""
        analysis = await self._documents.analysis(params.text_document.uri)
        return document_symbols(analysis, self._places.positions(analysis.source)) if analysis else None

    async def prepare_rename(self, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        """Whether a name can be changed."""
        return prepare_rename(*found) if (found := await self._at(params)) else None

    async def rename(self, params: types.RenameParams) -> types.WorkspaceEdit | None:
        """A name's change, wherever the document has it."""
        found = await self._at(params)
        if found is None:
            return None
        edits = await self._documents.run(lambda: rename(*found, params.new_name, self._catalog()))
        return types.WorkspaceEdit(changes={params.text_document.uri: edits})

    async def format(self, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        """A document's text as the formatter writes it; no edit where it does not parse."""
        analysis = await self._documents.analysis(params.text_document.uri)
        if not analysis or not analysis.dialect:
            return None
        try:
            formatted = await self._documents.run(partial(format_text, analysis.source, analysis.dialect))
        except LanguageError:
            return []
        whole = self._places.positions(analysis.source).whole
        return [] if formatted == analysis.source.text else [types.TextEdit(whole, formatted)]

    async def _at(self, params: _Placed) -> tuple[Analysis, Positions, int] | None:
        """The analysis of a document's newest text, and a place in it; None where the document is not open."""
        analysis = await self._documents.analysis(params.text_document.uri)
        if analysis is None:
            return None
        positions = self._places.positions(analysis.source)
        return analysis, positions, positions.offset(params.position)

    def _publish(self, document: Document, analysis: Analysis) -> None:
        self._publisher.publish(document.uri, analysis, document.version)

    def _catalog(self) -> CatalogReader | None:
        """The catalog as it is now: it may be made while the editor is open."""
        workspace = self._server.workspace
        folders = [workspace.root_path, *(to_fs_path(uri) for uri in workspace.folders), getcwd()]
        place = find_place(self._asked, [folder for folder in folders if folder])
        if place is None:
            return None
        if self._reader is None or self._reader.place != place:
            self._reader = CatalogReader(place)
        return self._reader
