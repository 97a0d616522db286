"""A catalog in a folder: the record in SQLite, and the Cypher index that can always be rebuilt from it."""

from .folder import claim_folder, holds_catalog
from .index import LadybugIndex
from .record import SqliteRecord

__all__ = ["LadybugIndex", "SqliteRecord", "claim_folder", "holds_catalog"]
