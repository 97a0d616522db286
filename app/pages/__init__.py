"""What every page of the house shares: escaped markup, one palette, one frame; it imports nothing heavy."""

from .document import html_document
from .markup import Markup, element

__all__ = ["Markup", "element", "html_document"]
