"""A catalog, or some lineages of one, as plain files: in a folder, a .tar or a .zip (see docs/sharing.md)."""

from .reading import is_archive, open_archive
from .writing import export

__all__ = ["export", "is_archive", "open_archive"]
