"""What the interactive reader shows: the running examples, and how much of a value on them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...dsl.checking.environment import Listed, Meaning
from ...dsl.graph import Constant
from ...runtime.reference import shown

__all__ = ["Example", "Settings", "example_of", "quoted"]

Example = str | list[Any]


@dataclass(slots=True)
class Settings:
    """The running examples, of s-ops and of selectors, whether they are shown, and whether at full length."""

    sop_example: Example = "hello"
    selector_example: Example = "hello"
    shows_sops: bool = True
    shows_selectors: bool = True
    is_full: bool = False

    def set_example(self, example: Example, subset: str | None = None) -> None:
        """Let this be the running example of s-ops, of selectors, or of both."""
        if subset != "selector":
            self.sop_example = example
        if subset != "s-op":
            self.selector_example = example

    def show_examples(self, is_shown: bool, subset: str | None = None) -> None:
        """Let examples of s-ops, of selectors, or of both be shown or not."""
        if subset != "selector":
            self.shows_sops = is_shown
        if subset != "s-op":
            self.shows_selectors = is_shown


def example_of(meaning: Meaning | None) -> Example | None:
    """A token's characters, or a list of plain values, as an example; None of anything else, and of nothing."""
    match meaning:
        case Constant(value=str() as text) if text:
            return text
        case Listed(items) if items and all(isinstance(item, Constant) for item in items):
            return [shown(item.value) for item in items if isinstance(item, Constant)]
    return None


def quoted(value: Any) -> str:
    """A plain value, or an example, as it is written."""
    match value:
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(repr, value))}]"
        case Fraction():
            return str(shown(value))
    return str(value)
