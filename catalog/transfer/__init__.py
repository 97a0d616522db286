"""Whole lineages from one place to another: between catalogs, and into and out of plain files."""

from .archive.reading import is_archive, open_archive
from .archive.writing import export
from .lineage import FOLLOWED
from .source import Source, source_of
from .transfer import Transferred, transfer

__all__ = ["FOLLOWED", "Source", "Transferred", "export", "is_archive", "open_archive", "source_of", "transfer"]
