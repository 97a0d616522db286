"""Reasoning traces for readers: as a table, as JSON, as a page; checked, and followed back from an answer."""
