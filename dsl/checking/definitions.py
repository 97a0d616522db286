"""Definitions with typed parameters, checked by themselves: parameters, contract, body and result."""

from __future__ import annotations

from ..graph import Input, SOp, inputs_of
from ..program import Clause, Function
from ..syntax import tree
from ..types import Selector, Seq, Type, Unknown, element_of
from .contracts import clause_of
from .environment import Environment, Meaning
from .expressions import Expressions
from .record import Frame, Record
from .statements import body_of
from .type_expressions import type_of

__all__ = ["check_definition", "check_parameters", "check_reads", "is_typed"]

_RENAME = "give one of them another name"


def is_typed(definition: tree.Definition) -> bool:
    """Whether the definition can be checked by itself."""
    return definition.is_entry or all(parameter.type for parameter in definition.parameters)


def check_parameters(definition: tree.Definition, record: Record) -> None:
    """Note parameters that are named twice, and those whose type is missing where one is needed."""
    names = [parameter.name for parameter in definition.parameters]
    for place, parameter in enumerate(definition.parameters):
        if parameter.name in names[:place]:
            record.fault(f"the parameter {parameter.name!r} is named twice", parameter.span, _RENAME)
    defaults = [parameter.default is not None for parameter in definition.parameters]
    if True in defaults and not all(defaults[defaults.index(True) :]):
        late = definition.parameters[defaults.index(False, defaults.index(True))]
        record.fault(f"the parameter {late.name!r} has no default, and one before it has", late.span, "put it first")
    untyped = [parameter for parameter in definition.parameters if parameter.type is None]
    if not untyped:
        return
    hint = f"write {untyped[0].name}: seq[int 0..9], for example"
    if definition.is_entry or definition.clauses or definition.returns or definition.type_parameters:
        record.fault(f"{_kind(definition)} needs a type for its parameter {untyped[0].name!r}", untyped[0].span, hint)
    elif len(untyped) < len(names):
        message = f"the parameter {untyped[0].name!r} has no type, and others have one"
        record.fault(message, untyped[0].span, hint)


def _kind(definition: tree.Definition) -> str:
    kinds = {
        "an entry point": definition.is_entry,
        "a function with a contract": definition.clauses,
        "a function with a declared result": definition.returns,
        "a generic function": definition.type_parameters,
    }
    return next(words for words, applies in kinds.items() if applies)


def check_reads(entry: Function, record: Record) -> None:
    """Note what an entry point reads beside its parameters."""
    for read in inputs_of([entry.result]):
        if read not in entry.parameters:
            message = f"the entry point {entry.name!r} reads {read.name!r}, which is not among its parameters"
            record.fault(message, entry.span, "what it reads comes in by a parameter")


def check_definition(definition: tree.Definition, environment: Environment, record: Record) -> Function | None:
    """Check a definition; None where a fault was noted. A parameter without a known type poisons its uses."""
    home = _generic(definition, environment, record)
    parameters = _parameters(definition, home, record)
    returns = type_of(definition.returns, home, record) if definition.returns else None
    outer, record.frame = record.frame, Frame()
    names = [parameter.name for parameter in definition.parameters]
    inner = home.inner(dict(zip(names, parameters, strict=True)))
    requires = _clauses("requires", definition, inner, record)
    body = body_of(definition, inner, record, Expressions)
    result = _returned(body, returns, definition, record)
    frame, record.frame = record.frame, outer
    typed = tuple(parameter for parameter in parameters if parameter)
    if result is None or len(typed) < len(parameters) or (definition.returns and returns is None):
        return None
    # A local variable does not hide the result; a parameter of that name could not be told from it.
    named = home.inner(dict(zip(names, parameters, strict=True)))
    named.names["result"] = Input((), "result", result.type, "result")
    ensures = _clauses("ensures", definition, named, record)
    owed, calls = tuple(frame.obligations), tuple(frame.calls)
    return Function(definition.name, typed, result, requires, ensures, owed, calls, definition.name_span)


def _generic(definition: tree.Definition, environment: Environment, record: Record) -> Environment:
    """The environment of a generic definition: each type parameter stands for the widest type that it allows."""
    home = environment.inner()
    for generic in definition.type_parameters:
        if generic.name in home.aliases:
            record.fault(f"the type {generic.name!r} is defined twice", generic.span, _RENAME)
        bound = type_of(generic.bound, home, record) if generic.bound else Unknown()
        if isinstance(bound, Seq | Selector):
            record.fault(f"a type parameter stands for elements, found {bound}", generic.span, str(element_of(bound)))
            bound = Unknown()
        home.aliases[generic.name] = bound or Unknown()
    return home


def _parameters(definition: tree.Definition, environment: Environment, record: Record) -> list[Input | None]:
    """An input for each parameter; None where its type is missing or has a fault."""
    inputs: list[Input | None] = []
    for place, parameter in enumerate(definition.parameters):
        type_ = type_of(parameter.type, environment, record) if parameter.type else None
        # The function's name keeps the inputs of two functions apart: equal keys would be equal nodes.
        node = Input((), f"{definition.name}.{place}", type_, parameter.name) if type_ else None
        if node is not None:
            record.place(node, parameter.span)
            record.meanings.setdefault(parameter.name_span, node)
            _check_default(parameter, node, environment, record)
        inputs.append(node)
    return inputs


def _check_default(parameter: tree.Parameter, node: Input, environment: Environment, record: Record) -> None:
    if parameter.default is not None:
        default = Expressions(environment, record).node(parameter.default)
        if default is not None:
            record.fitted(default, node.type, parameter.default.span, f"the default of {parameter.name}")


def _returned(body: Meaning | None, returns: Type | None, definition: tree.Definition, record: Record) -> SOp | None:
    if body is None:
        return None
    if not isinstance(body, SOp):
        Expressions(Environment(definition.span.source, "cell"), record).not_an_sop(body, definition.result)
        return None
    if isinstance(body.type, Selector):
        if definition.is_entry or returns:
            hint = "return selector_width(…) or aggregate(…)"
            record.fault("expected an s-op to return, found a selector", definition.result.span, hint)
            return None
        return body
    if returns is None:
        return body
    if isinstance(returns, Seq) and not isinstance(body.type, Seq):
        record.fault(f"expected {returns} to be returned, found {body.type}", definition.result.span)
        return None
    return record.fitted(body, returns, definition.result.span, f"{definition.name}: result")


def _clauses(kind: str, definition: tree.Definition, environment: Environment, record: Record) -> tuple[Clause, ...]:
    outer, record.frame = record.frame, Frame()
    read = [
        clause_of(kind, clause.condition, clause.span, environment, record)
        for clause in definition.clauses
        if clause.kind == kind
    ]
    record.frame = outer
    return tuple(clause for clause in read if clause)
