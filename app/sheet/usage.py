"""How a cell is called: a program that can be pasted, the command that runs it, and the same in Python."""

from __future__ import annotations

import json
import re
from typing import Any

from ...catalog import Port
from ...dsl.checking.type_expressions import read_type
from ...dsl.types import Bool, Int, Real, Seq, Token, Type, Vector
from .contents import SheetContents

__all__ = ["Usage", "usage_of"]

Usage = dict[str, str]
_IDENTIFIER = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def usage_of(contents: SheetContents) -> Usage:
    """The texts by the language that they are in; none for a cell whose ports do not make a call."""
    if not contents.inputs or len(contents.outputs) != 1 or not all(map(_is_parameter, contents.inputs)):
        return {}
    program = _program(contents)
    given = {port.name: _example(read_type(port.type)) for port in contents.inputs}
    alone = next(iter(given.values())) if len(given) == 1 else given
    text = json.dumps(alone, ensure_ascii=False)
    quoted = text.replace("'", "'\\''")
    return {
        "call.cell": program,
        "Python": (
            "from stdcell import Catalog, interpret, parse\n\n"
            'with Catalog("CATALOG") as catalog:\n'
            '    program = parse(open("call.cell").read(), dialect="cell", scope=catalog)\n'
            f"    print(interpret(program, [{alone!r}]))"
        ),
        "command line": f"stdcell run call.cell --input '{quoted}' --catalog CATALOG",
    }


def _program(contents: SheetContents) -> str:
    """A program that imports the cell, pinned to its version, and calls it."""
    kind, cell = contents.node.label.lower(), _callable(contents.name)
    name = contents.name if contents.version is None else f"{contents.name}@{contents.version}"
    written = contents.node.id if contents.version is None else name
    shown = written if _IDENTIFIER.fullmatch(contents.name) and kind != "program" else f'"{written}"'
    taken = {port.name for port in contents.inputs}
    called = cell if cell not in taken else f"{cell}_cell"
    parameters = ", ".join(f"{port.name}: {port.type}" for port in contents.inputs)
    arguments = ", ".join(port.name for port in contents.inputs)
    result = contents.outputs[0].type
    return f"use {kind} {shown} as {called};\n\nmain({parameters}) -> {result}\n    = {called}({arguments});\n"


def _is_parameter(port: Port) -> bool:
    return bool(_IDENTIFIER.fullmatch(port.name))


def _callable(name: str) -> str:
    """A name that the language takes, as near to the cell's as can be."""
    text = re.sub("[^A-Za-z0-9_]+", "_", name).strip("_")
    return text if _IDENTIFIER.fullmatch(text) else f"cell_{text}".rstrip("_")


def _example(type: Type) -> Any:
    """A value of a type."""
    match type:
        case Bool():
            return True
        case Int(low, high):
            return high if high is not None else low if low is not None else 1
        case Real(low, high):
            bound = low if low is not None else high
            return float(bound) if bound is not None else 0.5
        case Token(vocabulary):
            return vocabulary[0] if vocabulary else "a"
        case Vector(size):
            return [0.0] * size
        case Seq(element):
            return [_example(element)] * 3
        case _:
            return 0
