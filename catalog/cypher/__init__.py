"""Cypher: what the schema says in it, which queries both stores answer alike, and how answers come back."""

from .columns import column_names
from .linter import check_query, fault_of
from .statements import constraints, insertions, properties_of, tables

__all__ = ["check_query", "column_names", "constraints", "fault_of", "insertions", "properties_of", "tables"]
