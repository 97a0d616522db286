"""Move lineages between catalogs and files: `catalog push`, `pull`, `export` and `import`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...catalog import Catalog, Circuit
from ...errors import CatalogError
from ..options import CatalogOption, JsonOption, QuietOption, console, open_catalog, print_json, printable

if TYPE_CHECKING:
    from ...catalog.transfer import Transferred

__all__ = ["export_archive", "import_file", "pull", "push"]


class Format(Enum):
    """A format of other tools."""

    circuit_tracer = "circuit-tracer"
    eap_ig = "eap-ig"


FormatOption = Annotated[
    Format | None, typer.Option("--format", help="The format of another tool; an import tells it by the file.")
]

NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Names or digests; each goes with all that it rests on (else everything).", show_default=False),
]
OtherArgument = Annotated[str, typer.Argument(help="Folder or Neo4j URI of the other catalog.", show_default=False)]
MoveNamesOption = Annotated[
    bool, typer.Option("--move-names", help="Move names that went another way there; their earlier versions stay.")
]


def push(
    to: OtherArgument,
    names: NamesArgument = None,
    move_names: MoveNamesOption = False,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy lineages from this catalog into another one; what is there already stays as it is."""
    with open_catalog(catalog) as source, Catalog(to) as target:
        moved = _move(source, target, names or [], "push", move_names=move_names, quiet=quiet or as_json)
    _print_moved(moved, f"pushed to {target.origin}", as_json=as_json)


def pull(
    source: OtherArgument,
    names: NamesArgument = None,
    move_names: MoveNamesOption = False,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy lineages from another catalog into this one; what is here already stays as it is."""
    with open_catalog(source) as other, open_catalog(catalog, create=True) as target:
        moved = _move(other, target, names or [], "pull", move_names=move_names, quiet=quiet or as_json)
    _print_moved(moved, f"pulled from {other.origin}", as_json=as_json)


def export_archive(
    path: Annotated[
        Path,
        typer.Argument(help="What to write: a .tar, a .zip, or a folder; with --format a file.", show_default=False),
    ],
    names: NamesArgument = None,
    format_: FormatOption = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write lineages as plain files that need no stdcell to be read, or a circuit as another tool's file."""
    from ...catalog.transfer import export, source_of
    from ..progress import stage

    with open_catalog(catalog) as opened:
        if format_ is not None:
            _export_circuit(opened, names or [], path, format_.value, as_json=as_json)
            return
        with stage("export", quiet=quiet or as_json) as bar:
            written = export(source_of(opened), path, _roots(opened, names or []), told=bar.tell)
    if as_json:
        print_json(asdict(written))
    else:
        _print_asked(written, f"exported to {path}")


def import_file(
    path: Annotated[
        Path,
        typer.Argument(
            help="What was exported, or a circuit of another tool: circuit-tracer's or EAP-IG's .json, or .pt.",
            show_default=False,
        ),
    ],
    format_: FormatOption = None,
    name: Annotated[
        str | None, typer.Option(help="What a circuit of another tool is called (else as its file).")
    ] = None,
    min_weight: Annotated[
        float | None, typer.Option(help="Of such a circuit: only edges of at least that size.")
    ] = None,
    top_k: Annotated[int | None, typer.Option(min=1, help="Of such a circuit: only so many strongest edges.")] = None,
    move_names: MoveNamesOption = False,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read what `catalog export` wrote, or a circuit of another tool; what is here already stays as it is."""
    from ...catalog.transfer import is_archive, open_archive, transfer
    from ..progress import stage

    is_quiet = quiet or as_json
    if format_ is not None or (path.is_file() and not is_archive(path)):
        with open_catalog(catalog, create=True) as target:
            _import_circuit(target, path, format_, name, min_weight, top_k, as_json=as_json)
        return
    if (name, min_weight, top_k) != (None, None, None):
        raise CatalogError(
            f"{str(path)!r} is no circuit of another tool, which --name, --min-weight and --top-k are for"
        )
    with (
        open_archive(path) as archive,
        open_catalog(catalog, create=True) as target,
        stage("import", quiet=is_quiet) as bar,
    ):
        moved = transfer(archive, target, move_names=move_names, told=bar.tell)
    _print_moved(moved, f"imported from {path}", as_json=as_json)


def _import_circuit(
    catalog: Catalog,
    path: Path,
    format_: Format | None,
    name: str | None,
    min_weight: float | None,
    top_k: int | None,
    *,
    as_json: bool,
) -> None:
    from ...catalog.exchange import import_circuit

    id = import_circuit(catalog, path, format=format_ and format_.value, name=name, min_weight=min_weight, top_k=top_k)
    circuit = catalog.get(id)
    assert isinstance(circuit, Circuit), "an import is a circuit"
    if as_json:
        print_json({"id": id, "name": circuit.name, "n_components": circuit.n_components, "n_edges": circuit.n_edges})
    else:
        counts = _counted((circuit.n_components, "component"), (circuit.n_edges, "edge"))
        console.print(f"circuit {printable(circuit.name)}: {counts}", markup=False, soft_wrap=True)


def _export_circuit(catalog: Catalog, names: Sequence[str], path: Path, format: str, *, as_json: bool) -> None:
    from ...catalog.exchange import export_circuit

    if len(names) != 1:
        raise CatalogError(f"a file of {format} holds one circuit, found {len(names)} names; give one")
    unsaid = export_circuit(catalog, names[0], path, format=format)
    if as_json:
        print_json({"path": str(path), "unsaid": unsaid})
        return
    console.print(f"written: {path}", markup=False, soft_wrap=True)
    for sentence in unsaid:
        console.print(f"note: {sentence}", markup=False, soft_wrap=True)


def _move(
    source: Catalog, target: Catalog, names: Sequence[str], title: str, *, move_names: bool, quiet: bool
) -> Transferred:
    from ...catalog.transfer import source_of, transfer
    from ..progress import stage

    roots = _roots(source, names)
    with stage(title, quiet=quiet) as bar:
        return transfer(source_of(source), target, roots, move_names=move_names, told=bar.tell)


def _roots(catalog: Catalog, names: Sequence[str]) -> list[str] | None:
    if not names:
        return None
    if empty := [name for name in names if not name]:
        raise CatalogError(f"{empty[0]!r} is no name; leave it out to move everything")
    return [catalog.get(name).id for name in names]


def _print_moved(moved: Transferred, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(moved))
        return
    _print_asked(moved, what)
    if moved.is_new:
        new = ((moved.new_nodes, "node"), (moved.new_relationships, "relationship"), (moved.new_blobs, "blob"))
        told = _counted(*new, (moved.new_versions, "name version"))
        console.print(f"new there: {told}; {moved.new_bytes / 1e6:,.1f} MB of blobs", soft_wrap=True)
    else:
        console.print("all of it was there already; nothing was written")


def _print_asked(moved: Transferred, what: str) -> None:
    asked = ((moved.n_nodes, "node"), (moved.n_relationships, "relationship"), (moved.n_blobs, "blob"))
    console.print(f"{what}: {_counted(*asked, (moved.n_names, 'name'))}", markup=False, soft_wrap=True)


def _counted(*counts: tuple[int, str]) -> str:
    return ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
