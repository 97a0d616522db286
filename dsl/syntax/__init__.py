"""Text to syntax tree, and back."""

from .formatting import format_text
from .parser import DIALECTS, parse_expression, parse_items, parse_type
from .printer import print_expression, print_item, print_type

__all__ = [
    "DIALECTS",
    "format_text",
    "parse_expression",
    "parse_items",
    "parse_type",
    "print_expression",
    "print_item",
    "print_type",
]
