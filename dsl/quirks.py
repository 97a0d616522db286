"""Warnings where the original RASP reads a text otherwise than most readers would."""

from __future__ import annotations

from . import tree
from .record import Record

__all__ = ["warn_of_quirks"]


def warn_of_quirks(item: tree.Item, record: Record) -> None:
    """Note every quirk that bites in an item."""
