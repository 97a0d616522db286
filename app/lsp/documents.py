"""The documents that an editor has open, and what is known of their newest text.

1. Each text is analysed in one worker thread, so that the server goes on listening.
2. A change replaces the text at once. When an analysis ends and the text is no longer the one it was made of, it is
   dropped and the newest text is analysed, so that a burst of edits costs two analyses and never shows an old one.
3. A request about a document waits for the analysis of its newest text.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ...dsl.analysis import Analysis, analyse
from ...dsl.scope import Scope
from ...dsl.syntax.parser import DIALECTS
from ...errors import Fault, Source, Span
from .places import Places, dialect_of, name_of

__all__ = ["Document", "Documents"]

Answer = TypeVar("Answer")

_IMPORTS = re.compile(r"\b(?:use|load)\b")
_logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Document:
    """An open document; `analysis` is of `source`, or None while that is being analysed."""

    uri: str
    dialect: str | None
    source: Source
    version: int | None
    analysis: Analysis | None = None
    task: asyncio.Task[None] | None = None


class Documents:
    """All open documents; `analysed` is told of each analysis of a newest text.

    Args:
        places: is told which documents are open.
        scope: gives what programs may name beyond their files; asked in the worker thread.
        analysed: what to do with an analysis.
    """

    def __init__(
        self, places: Places, scope: Callable[[], Scope | None], analysed: Callable[[Document, Analysis], None]
    ) -> None:
        self._places = places
        self._scope = scope
        self._analysed = analysed
        self._open: dict[str, Document] = {}
        self._worker = ThreadPoolExecutor(1, "stdcell")

    def prepare(self) -> None:
        """Build the parsers, which takes longer than to use them.

        What is there then stays: to search it for garbage would take longer than an analysis.
        """
        for dialect in DIALECTS:
            self._worker.submit(analyse, Source(""), dialect=dialect)
        self._worker.submit(gc.freeze)

    def open(self, uri: str, text: str, version: int | None, language: str | None) -> None:
        """Take a document's first text, and analyse it."""
        self._places.opened[name_of(uri)] = uri
        self._open[uri] = Document(uri, dialect_of(uri, language), Source(text, name_of(uri)), version)
        self._start(self._open[uri])

    def change(self, uri: str, text: str, version: int | None) -> None:
        """Take a document's next text, and analyse it."""
        document = self._open[uri]
        document.source, document.version = Source(text, name_of(uri)), version
        self._start(document)

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._open.pop(uri, None)
        self._places.opened.pop(name_of(uri), None)

    def refresh(self) -> None:
        """Analyse again what imports, because what is imported may have changed."""
        for document in self._open.values():
            if _IMPORTS.search(document.source.text):
                self._start(document)

    async def analysis(self, uri: str) -> Analysis | None:
        """The analysis of a document's newest text; None where the document is not open."""
        while (document := self._open.get(uri)) and document.analysis is None:
            assert document.task, "a document that is neither analysed nor being analysed"
            await asyncio.shield(document.task)
        return document.analysis if document else None

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do something that may take its time in the worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _start(self, document: Document) -> None:
        document.analysis = None
        if document.task is None or document.task.done():
            document.task = asyncio.create_task(self._analyse(document))

    async def _analyse(self, document: Document) -> None:
        while document.analysis is None and self._open.get(document.uri) is document:
            source = document.source
            analysis = await self.run(partial(_analysis, source, document.dialect, self._scope))
            if document.source is source and self._open.get(document.uri) is document:
                document.analysis = analysis
                self._analysed(document, analysis)


def _analysis(source: Source, dialect: str | None, scope: Callable[[], Scope | None]) -> Analysis:
    if dialect is None:
        expected = f"{source.name!r} is no program: expected a file that ends in .cell or .rasp"
        return _empty(source, "", warnings=(Fault(expected, Span(source, 0, 0)),))
    try:
        return analyse(source, dialect=dialect, scope=scope())
    except Exception as error:
        _logger.exception("cannot analyse %s", source.name)
        fault = Fault(f"stdcell failed on this text: {type(error).__name__}: {error}", Span(source, 0, 0))
        return _empty(source, dialect, faults=(fault,))


def _empty(
    source: Source, dialect: str, *, faults: tuple[Fault, ...] = (), warnings: tuple[Fault, ...] = ()
) -> Analysis:
    return Analysis(source=source, dialect=dialect, program=None, faults=faults, warnings=warnings, symbols=())
