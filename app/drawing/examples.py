"""The example that a program is drawn on where none is given."""

from __future__ import annotations

from ...dsl.graph import Constant, inputs_of
from ...dsl.program import Function, Program
from ...dsl.syntax import tree
from ...dsl.syntax.parser import parse_items
from ...dsl.types import Seq, Token, Unknown, Value
from ...errors import StdcellError
from ...runtime.inputs import Given

__all__ = ["example_of"]

_USUAL = "hello"


def example_of(program: Program, function: Function) -> Given:
    """The last example that the program sets, or a usual one where any token will do.

    Raises:
        StdcellError: if the program computes it, or the inputs are of other types, so that there is none.
    """
    items, _ = parse_items(program.source, program.dialect)
    told = [item.argument for item in items if isinstance(item, tree.Command) and item.kind == "set example"]
    if told:
        given = _read(told[-1], program)
        if given is None:
            raise StdcellError("the example that the program sets is computed: give one with --input")
        return given
    inputs = function.parameters or tuple(inputs_of([function.result]))
    if not all(wanted.type in (Seq(Token()), Seq(Unknown())) for wanted in inputs) or len(function.parameters) > 1:
        reads = " and ".join(f"{wanted.name}: {wanted.type}" for wanted in inputs)
        raise StdcellError(f"{function.name!r} reads {reads}, and the program sets no example: give one with --input")
    return _USUAL


def _read(example: object, program: Program) -> Given | None:
    """An example that is written out, or named; None where it is computed."""
    match example:
        case tree.Text(value):
            return value
        case tree.ListOf(items):
            elements = [_element(item) for item in items]
            return None if None in elements else elements
        case tree.Name(name) if name in program.functions:
            root = program.functions[name].result
            return root.value if isinstance(root, Constant) and isinstance(root.value, str) else None
    return None


def _element(item: tree.Expr) -> Value | None:
    match item:
        case tree.Text(value) | tree.Boolean(value):
            return value
        case tree.Number(number):
            return number
        case tree.Unary("-", tree.Number(number)):
            return -number
    return None
