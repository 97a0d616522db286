"""Refusals that name their place in the program's text."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from ...dsl.graph import SOp
from ...dsl.program import Program
from ...errors import NotCompilable

__all__ = ["Origins"]

_NAME_LENGTH = 40


@dataclass(slots=True)
class Origins:
    """Where nodes come from, also those that the compiler put in place of the program's own."""

    program: Program
    dtype: str = "float32"
    replaced: MutableMapping[SOp, SOp] = field(default_factory=dict)

    def note(self, node: SOp, original: SOp) -> None:
        """Remember for which node another one was added."""
        if node not in self.program.spans and self.original(original) != node:
            self.replaced.setdefault(node, original)

    def original(self, node: SOp) -> SOp:
        """The node of the program that a node stands for."""
        while node in self.replaced:
            node = self.replaced[node]
        return node

    def place(self, node: SOp) -> str:
        """`name:line:column: `, or nothing where the place is not known."""
        span = self.program.spans.get(self.original(node))
        return f"{span.source.name}:{span.line}:{span.column}: " if span else ""

    def name(self, node: SOp) -> str:
        """What the text calls a node, else its text, else what kind of node it is."""
        original = self.original(node)
        span = self.program.spans.get(original)
        text = " ".join(span.text.split()) if span else type(original).__name__.lower()
        return self.program.names.get(original) or (
            text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1]}…"
        )

    def refuse(self, node: SOp, reason: str, way_out: str) -> NotCompilable:
        """The error to raise."""
        return NotCompilable(f"{self.place(node)}{reason}; {way_out}")

    def refuse_closeness(self, node: SOp, error: float, allowed: float) -> NotCompilable:
        """The error to raise where values cannot be told apart; error and what is allowed are in the same unit."""
        found = f"error {error:.2g}, {allowed:.2g} allowed"
        reason = f"the values of {self.name(node)!r} lie too close for {self.dtype} ({found})"
        return self.refuse(node, reason, "take a smaller max_length, or round before")
