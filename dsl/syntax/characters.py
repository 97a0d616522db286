"""Ways out of a character that no program holds outside its tokens and comments."""

from __future__ import annotations

import re

__all__ = ["character_hint"]

_CHARACTERS = {
    "&": "write 'and'",
    "|": "write 'or'",
    "~": "write 'not'",
    "?": "write `then if condition else otherwise`",
    "“": 'quote with "',
    "”": 'quote with "',
    "„": 'quote with "',
    "‘": "quote with '",
    "’": "quote with '",
    "`": 'quote with "',
    "−": "write '-'",
    "–": "write '-'",
    "—": "write '-'",
    "×": "write '*'",
    "·": "write '*'",
    "÷": "write '/'",
    "≤": "write '<='",
    "≥": "write '>='",
    "≠": "write '!='",
    "→": "write '->'",
    "⇒": "write 'implies'",
    "∧": "write 'and'",
    "∨": "write 'or'",
    "¬": "write 'not'",
    "∈": "write 'in'",
    "∀": "write 'forall'",
    "∃": "write 'exists'",
    "\u00a0": "write a plain space",
    "\u200b": "leave out this invisible character",
    "\ufeff": "save the file without a byte order mark",
    "$": "a name holds letters a to z, digits and _",
    "@": "a version stands behind a cell's name: use circuit add@2;",
    "\\": "a statement may run over several lines as it is",
}


def character_hint(before: str, character: str, after: str, dialect: str) -> str | None:
    """What to do about a character that no program holds outside its tokens and comments."""
    previous, word = before[-1:], re.search(r"(\w*)$", before)
    match character:
        case "!":
            return (
                "write '!='"
                if after.lstrip(" ").startswith("=") and not after.startswith("=")
                else "write 'not' or '!='"
            )
        case "|" if after.startswith(">"):
            return "write '>>'" if dialect == "cell" else "call the function: f(x)"
        case "|" if re.search(r":\s*\w+\s*$", before):
            return "a port has one type"
        case "." if before.endswith(".."):
            return "a range is written 0..9"
        case "." if previous.isdigit():
            return f"write {word[1]}.0 or {word[1]}" if word else None
        case "." if re.search(r"\b(?:forall|exists)\s+\w+$", before):
            return "write ':' before the condition"
        case "." if before.lstrip().startswith("use "):
            return 'quote a program\'s name: use program "stdcell/sort";'
        case "." if previous.isalnum() or previous in ("_", ")", "]"):
            return "nothing has parts: write the name alone, and call functions as f(x)"
        case "\\" if after[:1] not in ("\n", "\r", ""):
            return None
    if character.isalpha():
        return "a name holds letters a to z, digits and _"
    return _CHARACTERS.get(character)
