"""The text of a program with its imports pinned to exact digests, so that it means the same wherever it is read.

1. Each `use circuit` and `use formula` names the digest of the cell that was called.
2. A program that it imports from a file, or from the catalog, is pinned in the same way and named by its node's digest;
   what comes with the library stays.
3. The rest of the text, comments included, is kept as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..catalog import Catalog
from ..catalog.schema import Program as ProgramNode
from ..dsl import parse
from ..dsl.program import Program
from ..dsl.scope import CellSignature, Condition, read_program
from ..dsl.syntax import tree
from ..dsl.syntax.parser import parse_items
from ..errors import Source, TrainingError, UnknownCell

__all__ = ["PinnedScope", "pin_program"]

_LIBRARY = "stdcell/"


@dataclass
class PinnedScope:
    """A catalog with cells and programs that are about to be written into it.

    Attributes:
        catalog: where everything else is.
        became: for the digest of a cell in the text, the signature of the one that stands for it now.
        programs: programs that were pinned, by the digest of their node.
    """

    catalog: Catalog
    became: Mapping[str, CellSignature]
    programs: dict[str, ProgramNode] = field(default_factory=dict)

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        """A cell by digest, also one that is not written yet."""
        written = {cell.digest: cell for cell in self.became.values()}
        return written[name] if name in written else self.catalog.find_cell(kind, name, version)

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        """As the catalog does."""
        return self.catalog.find_matching(kind, conditions)

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        """A program by digest, also one that is not written yet."""
        if name in self.programs:
            node = self.programs[name]
            return Source(node.text, name), node.dialect
        return self.catalog.find_program(name, version)


def pin_program(program: Program, name: str, scope: PinnedScope) -> ProgramNode:
    """A checked program as a node of that name, every import pinned; programs that it imports are left in the scope.

    Raises:
        TrainingError: if an import no longer means what it meant when the program was read.
    """
    names = Counter((cell.kind, cell.name) for cell in program.cells)
    known = {(cell.kind, cell.name): cell for cell in program.cells if names[cell.kind, cell.name] == 1}
    return _pinned(program.source, program.dialect, name, scope, known)


def _pinned(
    source: Source, dialect: str, name: str, scope: PinnedScope, known: Mapping[tuple[str, str], CellSignature]
) -> ProgramNode:
    items, _ = parse_items(source, dialect)
    text = source.text
    uses = [item for item in items if isinstance(item, tree.Use)]
    for use in reversed(uses):
        digest = _digest_of(use, scope, known)
        if digest is not None:
            alias = "" if use.alias or use.kind == "program" else f" as {use.target}"
            text = f'{text[: use.kind_span.stop]} "{digest}"{alias}{text[use.target_span.stop :]}'
    checked = parse(Source(text, source.name), dialect=dialect, scope=scope)
    return ProgramNode(name=name, text=text, dialect="rasp" if dialect == "rasp" else "cell", graph=checked.digest)


def _digest_of(use: tree.Use, scope: PinnedScope, known: Mapping[tuple[str, str], CellSignature]) -> str | None:
    """What an import is pinned to; None for a program of the library."""
    if use.kind == "program":
        return _program_digest(use, scope, known)
    conditions = tuple(Condition(one.subject, one.comparison, one.value) for one in use.wanted)
    try:
        if use.wanted:
            cell = scope.catalog.find_matching(use.kind, conditions)
        else:
            called = known.get((use.kind, use.target)) if use.version is None else None
            cell = called or scope.catalog.find_cell(use.kind, use.target, use.version)
    except UnknownCell as error:
        raise TrainingError(f"{use.target_span.place}: the import cannot be pinned: {error}") from error
    if use.wanted and known and cell.digest not in {one.digest for one in known.values()}:
        raise TrainingError(
            f"{use.target_span.place}: {use.target_span.text!r} means another {use.kind} than when the program was "
            "read: read it again"
        )
    return scope.became.get(cell.digest, cell).digest


def _program_digest(use: tree.Use, scope: PinnedScope, known: Mapping[tuple[str, str], CellSignature]) -> str | None:
    if use.target.startswith(_LIBRARY):
        return None
    found = None if use.wanted else read_program(use.target, use.span.source)
    if found is None:
        target = use.target
        if use.wanted:
            conditions = tuple(Condition(one.subject, one.comparison, one.value) for one in use.wanted)
            target = scope.catalog.find_matching("program", conditions).digest
        found = scope.catalog.find_program(target, use.version)
    node = _pinned(*found, use.target.rpartition("/")[2] or "program", scope, known)
    scope.programs[node.id] = node
    return node.id
