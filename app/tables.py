"""Rows of a query as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from .options import console, print_json, printable

__all__ = ["print_rows"]


def print_rows(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """One line for each row, columns as the query names them."""
    if as_json:
        print_json(rows)
        return
    table = Table(show_edge=False)
    for column in rows[0] if rows else ():
        table.add_column(Text(printable(column)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(_cell(value))) for value in row.values()))
    if rows:
        console.print(table)
    console.print(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
