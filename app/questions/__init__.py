"""Questions to a catalog on the command line."""

from .commands import QUESTIONS

__all__ = ["QUESTIONS"]
