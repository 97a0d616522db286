"""The colours of the report, once for light and once for dark surroundings.

Data is blue or orange, which every common kind of colour blindness tells apart; verdicts also have a word and a sign.
Drawings are made in the light colours, and then each becomes the variable that the style sheet sets for both.
"""

from __future__ import annotations

__all__ = ["LIGHT", "colour_variables", "with_variables"]

COLOURS: dict[str, tuple[str, str]] = {
    "paper": ("#fffefc", "#15181d"),
    "panel": ("#f5f6f8", "#1d2127"),
    "rule": ("#d8dce2", "#363c46"),
    "faint": ("#b7bec8", "#525b67"),
    "muted": ("#59626e", "#9ca6b3"),
    "ink": ("#1a1e24", "#e7e9ec"),
    "blue": ("#0b63a5", "#6fb4f0"),
    "orange": ("#c4560c", "#f2a25c"),
    "proved": ("#0a7357", "#4fcaa6"),
    "refuted": ("#b2351a", "#ff9478"),
    "unknown": ("#866000", "#e4b545"),
    "error": ("#7b3f9e", "#cb9ee8"),
}
"""Light and dark value of each colour."""

LIGHT = {name: light for name, (light, _) in COLOURS.items()}


def colour_variables() -> str:
    """The style sheet's definitions of all colours."""
    light = "".join(f"--{name}:{value};" for name, value in LIGHT.items())
    dark = "".join(f"--{name}:{value};" for name, (_, value) in COLOURS.items())
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def with_variables(drawing: str) -> str:
    """A drawing made in the light colours, in variables."""
    for name, value in LIGHT.items():
        drawing = drawing.replace(value, f"var(--{name})")
    return drawing
