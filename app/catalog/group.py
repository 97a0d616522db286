"""`stdcell catalog …`: which command is which function."""

from __future__ import annotations

from collections.abc import Callable

import typer

from .adding import add
from .schema import print_schema
from .transfer import export_archive, import_file, pull, push
from .upkeep import check_catalog, rebuild_index, remove_garbage

__all__ = ["catalogs"]

_COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "push": push,
    "pull": pull,
    "export": export_archive,
    "import": import_file,
    "fsck": check_catalog,
    "gc": remove_garbage,
    "reindex": rebuild_index,
    "schema": print_schema,
}
catalogs = typer.Typer(no_args_is_help=True, help="Write into a catalog, keep it sound, and share what is in it.")
for name, command in _COMMANDS.items():
    catalogs.command(name)(command)
