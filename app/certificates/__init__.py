"""Certificates on the command line: written, checked, and drawn as trees of what a claim rests on."""

from .commands import certificates

__all__ = ["certificates"]
