"""The commands that keep a catalog sound: `stdcell catalog fsck`, `gc` and `reindex`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ..options import DEFAULT_CATALOG, CatalogOption, JsonOption, console, open_catalog, print_json, printable

__all__ = ["check_catalog", "rebuild_index", "remove_garbage"]

_SHOWN = 50


def check_catalog(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    source: Annotated[
        str | None, typer.Option("--from", metavar="PLACE", help="Another catalog that holds some of the same.")
    ] = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find every damage of a catalog; the exit code is 1 where damage is left."""
    from ...catalog import upkeep

    place = catalog or DEFAULT_CATALOG
    found = upkeep.fsck(place)
    left = found
    if repair and found:
        other = open_catalog(source) if source else None
        try:
            left = upkeep.repair(place, other=other)
        finally:
            if other:
                other.close()
    mended = [damage for damage in found if damage not in left]
    if as_json:
        print_json({"mended": _plain(mended), "left": _plain(left)})
    else:
        _print(mended, "mended")
        _print(left, "found" if not repair else "left")
        console.print(Text("the catalog is sound" if not left else f"{len(left)} found, {len(mended)} mended"))
    raise typer.Exit(int(any(not damage.is_harmless for damage in left)))


def remove_garbage(
    remove: Annotated[bool, typer.Option("--remove", help="Remove them; else they are only told.")] = False,
    older_than: Annotated[
        float, typer.Option("--older-than", min=0, metavar="HOURS", help="Keep what was put less than so long ago.")
    ] = 24.0,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell, or remove, the blobs that no node of the catalog names."""
    from ...catalog.upkeep import collect_garbage

    with open_catalog(catalog) as opened:
        garbage = collect_garbage(opened, older_than=timedelta(hours=older_than), remove=remove)
    n_bytes = sum(one.n_bytes for one in garbage)
    if as_json:
        blobs = [{"digest": one.digest, "n_bytes": one.n_bytes, "put_at": one.put_at.isoformat()} for one in garbage]
        print_json({"is_removed": remove, "n_bytes": n_bytes, "blobs": blobs})
        return
    for one in garbage[:_SHOWN]:
        console.print(f"{one.digest}  {one.n_bytes:>14,} bytes  put {one.put_at:%Y-%m-%d %H:%M}")
    if len(garbage) > _SHOWN:
        console.print(f"… and {len(garbage) - _SHOWN:,} more")
    what = "removed" if remove else "named by no node; `--remove` removes it"
    console.print(
        f"{len(garbage):,} {'blob' if len(garbage) == 1 else 'blobs'}, {n_bytes:,} bytes: {what}"
        if garbage
        else "every blob is named or young"
    )


def rebuild_index(catalog: CatalogOption = None) -> None:
    """Make anew what queries are answered from."""
    with open_catalog(catalog) as opened:
        opened.reindex()
    console.print("the index is made anew")


def _plain(damages: Sequence[object]) -> list[dict[str, object]]:
    from ...catalog.upkeep import Damage

    names = ("kind", "place", "found", "mend", "is_harmless")
    return [{name: getattr(one, name) for name in names} for one in damages if isinstance(one, Damage)]


def _print(damages: Sequence[object], title: str) -> None:
    if not damages:
        return
    table = Table(title=title, show_edge=False)
    for column in ("kind", "place", "found", "mend"):
        table.add_column(column, overflow="fold")
    for row in _plain(damages[:_SHOWN]):
        table.add_row(*(Text(printable(str(row[column]))) for column in ("kind", "place", "found", "mend")))
    console.print(table)
    if len(damages) > _SHOWN:
        console.print(f"… and {len(damages) - _SHOWN:,} more; `--json` lists all")
