"""The server: which request of an editor is answered by what, over stdin and stdout.

1. A request that cannot be granted is answered with an error of one sentence. A fault of ours is logged, and answered
   with an error that has no traceback.
2. stdout belongs to the protocol: whatever else is printed goes to stderr.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from ... import __version__
from ...errors import StdcellError
from .completion import TRIGGERS
from .session import Session

__all__ = ["create_server", "serve"]

Handler = Callable[[Any], Awaitable[object]]

_STACK_BYTES = 2**26  # deeply nested programs are checked recursively, in a thread
_logger = logging.getLogger(__name__)


def serve(catalog: str | None) -> None:
    """Answer one editor until it says goodbye or goes away.

    Args:
        catalog: folder or Neo4j URI; else the folder `catalog` of the editor's workspace is read, if there is one.
    """
    log = logging.StreamHandler(sys.stderr)
    log.addFilter(_without_traceback)
    logging.basicConfig(handlers=[log], level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.ERROR)  # it warns of every notification that nobody needs
    threading.stack_size(_STACK_BYTES)
    protocol = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        create_server(catalog).start_io(stdout=protocol)
    finally:
        with suppress(OSError):
            protocol.close()


def create_server(catalog: str | None) -> LanguageServer:
    """A server that is not started yet, for a catalog or for the workspace's own."""
    full = types.TextDocumentSyncKind.Full
    server = LanguageServer("stdcell", __version__, full, protocol_cls=_AnsweringProtocol)
    session = Session(server, catalog)
    completion = types.CompletionOptions(trigger_characters=TRIGGERS)
    renaming = types.RenameOptions(prepare_provider=True)
    features: tuple[tuple[str, Handler, object], ...] = (
        (types.INITIALIZED, session.initialized, None),
        (types.TEXT_DOCUMENT_DID_OPEN, session.opened, None),
        (types.TEXT_DOCUMENT_DID_CHANGE, session.changed, None),
        (types.TEXT_DOCUMENT_DID_SAVE, session.stored, None),
        (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, session.stored, None),
        (types.TEXT_DOCUMENT_DID_CLOSE, session.closed, None),
        (types.TEXT_DOCUMENT_HOVER, session.hover, None),
        (types.TEXT_DOCUMENT_COMPLETION, session.completion, completion),
        (types.TEXT_DOCUMENT_DEFINITION, session.definition, None),
        (types.TEXT_DOCUMENT_REFERENCES, session.references, None),
        (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, session.document_symbols, None),
        (types.TEXT_DOCUMENT_PREPARE_RENAME, session.prepare_rename, None),
        (types.TEXT_DOCUMENT_RENAME, session.rename, renaming),
        (types.TEXT_DOCUMENT_FORMATTING, session.format, None),
    )
    for feature, handler, options in features:
        server.feature(feature, options)(_guarded(feature, handler))
    return server


class _AnsweringProtocol(LanguageServerProtocol):
    """pygls' protocol, which would leave a request with malformed parameters without an answer."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise


def _guarded(feature: str, handler: Handler) -> Handler:
    """The handler, with errors that say one sentence to the editor."""

    async def answer(params: Any) -> object:
        try:
            return await handler(params)
        except StdcellError as error:
            raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed) from None
        except Exception as error:
            _logger.exception("cannot answer %s", feature)
            raise JsonRpcInternalError(f"stdcell cannot answer {feature}: {type(error).__name__}: {error}") from None

    return answer


def _without_traceback(record: logging.LogRecord) -> bool:
    """Keep the tracebacks of errors that an editor asked for out of its log."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, JsonRpcException):
        record.exc_info = None
    return not (isinstance(error, JsonRpcException) and error.code == types.LSPErrorCodes.RequestFailed)
