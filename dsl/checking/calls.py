"""A function, cell, table or pipeline applied to what its arguments mean."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import Span
from ..graph import CellCall, SOp, substituted
from ..program import CallSite, Function
from ..syntax import tree
from ..types import Element, Fit, Selector, Seq, Unknown, element_of, fit, hull
from .environment import Callable, CellName, Composed, Environment, FunctionName, Meaning, Table
from .lists import looked_up
from .operands import Operands, in_words
from .statements import body_of
from .type_expressions import type_of

__all__ = ["applied"]

_DEEPEST = 360
_STEP_FIRST = ("fold", "scan", "map")


def applied(
    operands: Operands, function: Callable, arguments: Sequence[Meaning], call: tree.Call, *, lifted: bool
) -> Meaning | None:
    """What a call means, its arguments known."""
    operands.record.step(call.span)
    match function:
        case FunctionName():
            return _applied_definition(operands, function, arguments, call, lifted)
        case Composed():
            return _applied_stages(operands, function, arguments[0], call)
    nodes = [argument for argument in arguments if isinstance(argument, SOp)]
    if len(nodes) < len(arguments):
        found = next(argument for argument in arguments if not isinstance(argument, SOp))
        operands.record.fault(f"{call.name!r} takes s-ops, found {in_words(found)}", call.span)
        return None
    if isinstance(function, Table):
        return looked_up(operands, function, nodes, call.span)
    return _applied_cell(operands, function, nodes, call)


def _applied_definition(
    operands: Operands, function: FunctionName, arguments: Sequence[Meaning], call: tree.Call, lifted: bool
) -> Meaning | None:
    """The function's body on these arguments; its own obligations stay with it if it was checked by itself."""
    definition, checked = function.definition, function.checked
    operands.record.called.add(definition.name_span)
    if checked is not None:
        nodes = [argument for argument in arguments if isinstance(argument, SOp)]
        if len(nodes) < len(arguments):
            found = next(argument for argument in arguments if not isinstance(argument, SOp))
            operands.record.fault(f"{call.name!r} takes s-ops, found {in_words(found)}", call.span)
            return None
        return _applied_checked(operands, function, checked, nodes, call, lifted)
    if any(parameter.type for parameter in definition.parameters) or definition.returns or definition.clauses:
        return None  # its definition has a fault
    if operands.record.depth > _DEEPEST:
        hint = "a function that calls itself ends with a choice by a plain number"
        operands.record.fault(f"the calls of {definition.name!r} are nested too deeply", call.span, hint)
        return None
    names = [parameter.name for parameter in definition.parameters]
    bound = dict(zip(names, arguments, strict=True))
    return body_of(definition, function.home.inner(bound), operands.record, type(operands))


def _applied_checked(
    operands: Operands,
    function: FunctionName,
    checked: Function,
    arguments: Sequence[SOp],
    call: tree.Call,
    lifted: bool,
) -> SOp | None:
    record, definition = operands.record, function.definition
    inferred = _inferred(operands, function, arguments, call) if definition.type_parameters else function.home
    if inferred is None:
        return None
    fitted: list[SOp] = []
    for node, parameter, declared, place in zip(
        arguments, checked.parameters, definition.parameters, _places(call, len(arguments)), strict=True
    ):
        wanted = parameter.type
        if definition.type_parameters and declared.type:
            wanted = type_of(declared.type, inferred, record) or wanted
        if lifted and isinstance(node.type, Seq):
            wanted = Seq(element_of(wanted))
        one = record.fitted(node, wanted, place, f"{checked.name}.{parameter.name}")
        if one is None:
            return None
        fitted.append(one)
    values: dict[SOp, SOp] = dict(zip(checked.parameters, fitted, strict=True))
    moved = substituted(checked.result, values)
    record.carry(moved, call.span, untouched=fitted)
    result: SOp | None = moved[checked.result]
    if definition.type_parameters and definition.returns and result is not None:
        returns = type_of(definition.returns, inferred, record)
        result = record.fitted(result, returns, call.span, f"{checked.name}: result") if returns else None
    if result is not None:
        record.frame.calls.append(CallSite(checked, tuple(fitted), result, call.span))
    return result


def _places(call: tree.Call, n_arguments: int) -> Sequence[Span]:
    spans = [argument.span for argument in call.arguments]
    return spans if len(spans) == n_arguments else [call.span] * n_arguments


def _inferred(
    operands: Operands, function: FunctionName, arguments: Sequence[SOp], call: tree.Call
) -> Environment | None:
    """The function's home, where its type parameters are the element types that it is called with."""
    home = function.home.inner()
    for generic in function.definition.type_parameters:
        found: list[Element] = []
        for parameter, node in zip(function.definition.parameters, arguments, strict=True):
            if parameter.type and _speaks_of(parameter.type, generic.name) and not isinstance(node.type, Selector):
                found.append(element_of(node.type))
        merged = hull(found)
        if merged is None and found:
            told = " and ".join(dict.fromkeys(map(str, found)))
            message = f"the type {generic.name!r} of {call.name!r} would be both {told}"
            operands.record.fault(message, call.span, "call it with values of one kind")
            return None
        bound = type_of(generic.bound, home, operands.record) if generic.bound else None
        if bound is not None and merged is not None and fit(merged, bound) is Fit.NEVER:
            message = f"the type {generic.name!r} of {call.name!r} is within {bound}, found {merged}"
            operands.record.fault(message, call.span)
            return None
        home.aliases[generic.name] = merged or bound or Unknown()
    return home


def _speaks_of(type_: tree.TypeExpr, name: str) -> bool:
    return type_.head == name or (isinstance(type_.element, tree.TypeExpr) and _speaks_of(type_.element, name))


def _applied_cell(operands: Operands, cell: CellName, arguments: Sequence[SOp], call: tree.Call) -> SOp | None:
    fitted: list[SOp] = []
    places = _places(call, len(arguments))
    for node, port, place in zip(arguments, cell.signature.inputs, places, strict=True):
        type_ = Seq(element_of(port.type)) if isinstance(node.type, Seq) else port.type
        node_fitted = operands.record.fitted(node, type_, place, f"{call.name}.{port.name}")
        if node_fitted is None:
            return None
        fitted.append(node_fitted)
    operands.record.cells.setdefault(cell.signature.digest, cell.signature)
    return CellCall(tuple(fitted), cell.signature, cell.meaning)


def _applied_stages(operands: Operands, composed: Composed, argument: Meaning, call: tree.Call) -> Meaning | None:
    """A pipeline of functions applied: each stage to what the one before gave."""
    piped: Meaning | None = argument
    at_home = type(operands)(composed.home, operands.record)
    for stage in composed.stages:
        piped = None if piped is None else pipe(at_home, piped, call.span, stage, call.span)
    return piped


def pipe(operands: Operands, piped: Meaning, place: Span, stage: tree.Expr, span: Span) -> Meaning | None:
    """One stage of a pipeline: the value before, written at `place`, is the first argument of the function after.

    `fold`, `scan` and `map` name their function first; there it is the sequence.
    """
    # The name with a blank cannot hide one of the program's own.
    value = tree.Name(f" {place.text}", place)
    match stage:
        case tree.Call(tree.Name(name) as function, (step, *rest)) if name in _STEP_FIRST:
            call = tree.Call(function, (step, value, *rest), span)
        case tree.Call(function, arguments):
            call = tree.Call(function, (value, *arguments), span)
        case _:
            call = tree.Call(stage, (value,), span)
    return operands.within({value.name: piped}).value(call)
