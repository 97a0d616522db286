"""What can be written after `use` and `load`: kinds, cells of the catalog, programs, and the names that they define."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lsprotocol.types import CompletionItem, CompletionItemKind

from ...dsl.analysis import analyse
from ...dsl.scope import CellSignature, library_names, read_program
from ...errors import Source, StdcellError
from .cells import CatalogReader, ListedCell
from .hover import markdown, signature
from .words import is_name

__all__ = ["import_items", "import_prefix"]

_KINDS = {
    "circuit": "a network of the catalog, cut out of a trained model",
    "formula": "a symbolic expression of the catalog",
    "program": "definitions of another program",
}
_KIND = re.compile(r"\buse\s+(?P<typed>\w*)$")
_TARGET = re.compile(r"""\buse\s+(?P<kind>circuit|formula|program)\s+(?P<quote>["']?)(?P<typed>[^"'\s;@(]*)$""")
_NAMES = re.compile(r"""\buse\s+program\s+["'](?P<target>[^"']*)["'][^;()]*\((?:[^;()]*[\s,])?(?P<typed>\w*)$""")
_LOAD = re.compile(r"""\bload\s+(?P<quote>["'])(?P<typed>[^"']*)$""")
_FORMS = {"cell": (_NAMES, _TARGET, _KIND), "rasp": (_LOAD,)}


def import_prefix(text: str, offset: int, dialect: str) -> re.Match[str] | None:
    """How an import is begun right before a place; None where none is. What is typed of a word is `typed`."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return next((found for form in _FORMS.get(dialect, ()) if (found := form.search(line))), None)


def import_items(begun: re.Match[str], source: Source, catalog: CatalogReader | None) -> Iterator[CompletionItem]:
    """How a begun import can go on."""
    if begun.re is _KIND:
        yield from (CompletionItem(kind, kind=CompletionItemKind.Keyword, detail=_KINDS[kind]) for kind in _KINDS)
    elif begun.re is _NAMES:
        yield from _defined(begun["target"], source)
    elif begun.re is _LOAD:
        yield from (_renamed(item, Path(item.label).stem) for item in _files(source, ".rasp"))
    else:
        yield from _targets(begun, source, catalog)


def _targets(begun: re.Match[str], source: Source, catalog: CatalogReader | None) -> Iterator[CompletionItem]:
    opening, closing = ("", "") if begun["quote"] else ('"', '"')
    if begun["kind"] == "program":
        for item in (*_library(), *_files(source, ".cell", ".rasp")):
            item.insert_text = f"{opening}{item.label}{closing}"
            yield item
    for cell in catalog.listed(begun["kind"], begun["typed"]) if catalog else ():
        quoted = cell.name if begun["quote"] or is_name(cell.name) else f'"{cell.name}"'
        yield CompletionItem(
            cell.name,
            kind=CompletionItemKind.Module,
            insert_text=quoted,
            detail=f"{cell.kind} {_ports(cell.signature)}".rstrip(),
            documentation=markdown(_contract(cell)),
        )


def _library() -> Iterator[CompletionItem]:
    for name in library_names():
        yield CompletionItem(name, kind=CompletionItemKind.File, detail="library program")


def _files(source: Source, *endings: str) -> Iterator[CompletionItem]:
    """The programs beside a file, the file itself left out."""
    path = Path(source.name)
    beside = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    for found in beside:
        if found.suffix in endings and found.name != path.name:
            yield CompletionItem(found.name, kind=CompletionItemKind.File, detail="program beside this file")


def _renamed(item: CompletionItem, label: str) -> CompletionItem:
    """`load` adds the ending itself."""
    item.label = label
    return item


def _defined(target: str, source: Source) -> Iterator[CompletionItem]:
    """What another program offers to its importers."""
    try:
        found = read_program(target, source)
    except StdcellError:
        return
    if found is None:
        return
    program, dialect = found
    for symbol in analyse(program, dialect=dialect).symbols:
        if symbol.kind in ("function", "type") and symbol.span.source == program:
            documentation = "\n\n".join(filter(None, ["\n".join(symbol.contract), symbol.doc]))
            yield CompletionItem(
                symbol.name,
                kind=CompletionItemKind.Function,
                detail=signature(symbol),
                documentation=documentation or None,
            )


def _ports(cell: CellSignature | None) -> str:
    if cell is None:
        return ""
    inputs = ", ".join(f"{port.name}: {port.type}" for port in cell.inputs)
    return f"({inputs}) -> {cell.output.type}"


def _contract(cell: ListedCell) -> str:
    if cell.signature is None:
        return ""
    clauses = (("requires", cell.signature.requires), ("ensures", cell.signature.ensures))
    written = "\n".join(f"{kind} {condition}" for kind, condition in clauses if condition)
    return f"```cell\n{written}\n```" if written else ""
