"""A program of the original RASP as a strict one of the same answers."""

from .convert import convert

__all__ = ["convert"]
