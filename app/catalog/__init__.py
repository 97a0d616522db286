"""The commands that write into a catalog, keep it sound and share it."""

from .group import catalogs

__all__ = ["catalogs"]
