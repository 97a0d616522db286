"""Syntax tree to typed graph: names, types, contracts, and what RASP computes on the way."""

from .check import Checked, check, parse, undisturbed

__all__ = ["Checked", "check", "parse", "undisturbed"]
