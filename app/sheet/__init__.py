"""The data sheet of a cell: one page that says of it what a chip's sheet says of a chip."""

from .contents import SheetContents, sheet_contents
from .page import sheet_page

__all__ = ["SheetContents", "sheet_contents", "sheet_page"]
