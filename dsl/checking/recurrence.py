"""`fold`, `scan`, `map` and `zip`: a function, cell or transition table along sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import Span
from ..graph import Fold, Input, SOp, bind, constant_type
from ..program import Function
from ..syntax import tree
from ..types import Element, Fit, Int, Real, Seq, Token, Type, Unknown, element_of, fit, hull
from .environment import Callable, CellName, Composed, FunctionName, Meaning, Table, Zipped, kind_of
from .operands import Operands, in_words

__all__ = ["fold", "map_", "scan", "zip_"]


def fold(operands: Operands, call: tree.Call) -> SOp | None:
    """`fold(f, xs, start)`: the last state."""
    return _run(operands, call, running=False)


def scan(operands: Operands, call: tree.Call) -> SOp | None:
    """`scan(f, xs, start)`: the state after each element."""
    return _run(operands, call, running=True)


def zip_(operands: Operands, call: tree.Call) -> Meaning | None:
    """`zip(xs, ys)`: several sequences side by side, for `fold`, `scan` and `map`."""
    if len(call.arguments) < 2:
        operands.record.fault(f"'zip' takes 2 or more sequences, found {len(call.arguments)}", call.span)
        return None
    built = [operands.sequence(argument, "sequence") for argument in call.arguments]
    sequences = tuple(node for node in built if node is not None)
    return Zipped(sequences) if len(sequences) == len(built) else None


def map_(operands: Operands, call: tree.Call) -> Meaning | None:
    """`map(f, xs)`: `f` of each element; `map(f, zip(xs, ys))` of the elements side by side."""
    if len(call.arguments) != 2:
        operands.wrong_count(call, ("function", "sequence"))
        return None
    head, place = call.arguments
    sequences = _sequences(operands, place)
    step = _step_of(operands, "map", head, None if sequences is None else len(sequences))
    if step is None or sequences is None:
        return None
    return operands.apply(
        step, sequences, tree.Call(_expression(head), (place,) * len(sequences), call.span), lifted=True
    )


@dataclass(frozen=True, slots=True)
class _Along:
    """What a recurrence runs along, and the types that its function declares."""

    step: Callable
    name: tree.Expr
    sequences: tuple[SOp, ...]
    declared: Sequence[Type | None]


def _run(operands: Operands, call: tree.Call, *, running: bool) -> SOp | None:
    written = operands.in_order(call, ("function", "sequence", "initial"))
    if written is None:
        return None
    head, along, start = written
    sequences = _sequences(operands, along)
    step = _step_of(operands, call.name, head, None if sequences is None else len(sequences) + 1)
    initial = operands.sequence(start, "initial")
    if step is None or sequences is None or initial is None:
        return None
    if isinstance(initial.type, Seq):
        what = f"'{call.name}' expects a sequence and a scalar to start from"
        operands.record.fault(f"{what}, found {_told(sequences)} and {in_words(initial)}", start.span)
        return None
    taken = _Along(step, _expression(head), sequences, _declared(step))
    return _recurrence(operands, taken, initial, (along.span, start.span), running)


def _recurrence(
    operands: Operands, along: _Along, initial: SOp, places: tuple[Span, Span], running: bool
) -> SOp | None:
    fitted, text, here = operands.record.fitted, along.name.span.text, along.name.span
    items = [
        element_of(declared) if declared else element_of(sequence.type)
        for declared, sequence in zip(along.declared[1:], along.sequences, strict=True)
    ]
    n_calls = len(operands.record.frame.calls)
    state, body, parameters = _step_body(operands, along, element_of(initial.type), items)
    start = fitted(initial, state, places[1], f"{text}: state at the start")
    sequences = [
        fitted(sequence, Seq(item), places[0], f"{text}: item")
        for sequence, item in zip(along.sequences, items, strict=True)
    ]
    after = body and fitted(body, state, here, f"{text}: state after a step")
    known = [node for node in (*sequences, start) if node is not None]
    if after is None or len(known) <= len(items):
        return None
    variables, step, moved = bind(parameters, after)
    operands.record.carry(moved, here)
    folded = Fold(tuple(known), variables, step, running)
    operands.record.bind_calls(n_calls, parameters, folded)
    return folded


def _step_body(
    operands: Operands, along: _Along, initial: Element, items: Sequence[Element]
) -> tuple[Element, SOp | None, tuple[Input, ...]]:
    """The type of the state, one step over fresh inputs, and these.

    Where the function declares no type the state has that of the start, widened if a step leads out of it.
    """
    if along.declared[0]:
        state = element_of(along.declared[0])
        return state, *_one_step(operands, along, state, items)
    state = _widened(initial)
    n_calls = len(operands.record.frame.calls)
    body, parameters = _one_step(operands, along, state, items)
    if body is None or fit(body.type, state) is Fit.ALWAYS or isinstance(body.type, Seq):
        return state, body, parameters
    state = _widened(state, element_of(body.type))
    del operands.record.frame.calls[n_calls:]
    return state, *_one_step(operands, along, state, items)


def _one_step(
    operands: Operands, along: _Along, state: Element, items: Sequence[Element]
) -> tuple[SOp | None, tuple[Input, ...]]:
    record = operands.record
    inputs = (record.variable(state, "state"), *(record.variable(item, "item") for item in items))
    n_owed = len(record.frame.obligations)
    call = tree.Call(along.name, (along.name,) * len(inputs), along.name.span)
    body = operands.apply(along.step, inputs, call)
    # That the fresh inputs have the types they were given needs no proof.
    record.frame.obligations[n_owed:] = [owed for owed in record.frame.obligations[n_owed:] if owed.value not in inputs]
    if body is not None and not isinstance(body, SOp):
        operands.not_an_sop(body, along.name)
        return None, inputs
    return body, inputs


def _sequences(operands: Operands, place: tree.Argument) -> tuple[SOp, ...] | None:
    """What a recurrence runs along: one sequence, or several side by side."""
    expression = operands.expression(place, "a sequence")
    meaning = None if expression is None else operands.value(expression)
    if meaning is None or expression is None:
        return None
    if isinstance(meaning, Zipped):
        return meaning.sequences
    if not isinstance(meaning, SOp) or not isinstance(meaning.type, Seq):
        is_function = isinstance(meaning, FunctionName | CellName | Composed)
        hint = "the function stands first: fold(f, xs, start), map(f, xs)" if is_function else None
        operands.record.fault(f"expected a sequence, found {in_words(meaning)}", place.span, hint)
        return None
    return (meaning,)


def _told(sequences: Sequence[SOp]) -> str:
    return " beside ".join(in_words(sequence) for sequence in sequences)


def _expression(argument: tree.Argument) -> tree.Expr:
    assert not isinstance(argument, tree.Comparator), "a function was found there"
    return argument.value if isinstance(argument, tree.Named) else argument


def _step_of(operands: Operands, caller: str, head: tree.Argument, n_wanted: int | None) -> Callable | None:
    """The function, cell or table that the first argument names, with as many parameters as it is given."""
    expression = operands.expression(head, "a function")
    if expression is None:
        return None
    if isinstance(expression, tree.Name) and not operands.environment.knows(expression.name):
        name = expression.name
        if not operands.is_known(name):
            operands.record.unknown("function", name, operands.functions(), head.span, operands.environment.dialect)
            return None
        if name in operands.functions():
            what = f"'{caller}' expects a `def`, a cell or a table, found the builtin {name!r}"
            operands.record.fault(what, head.span, f"def step(a, b) {{ return {name}(a, b); }}")
            return None
    step = operands.value(expression)
    if step is None or n_wanted is None:
        return None
    is_step = isinstance(step, FunctionName | CellName | Table | Composed)
    found = f"one of {len(_declared(step))}" if is_step else kind_of(step)  # type: ignore[arg-type]
    if is_step and len(_declared(step)) == n_wanted:  # type: ignore[arg-type]
        return step  # type: ignore[return-value]
    number = {1: "one argument", 2: "two arguments"}.get(n_wanted, f"{n_wanted} arguments")
    hint = "name a `def`, a table or a `use`d cell"
    operands.record.fault(f"'{caller}' expects a function or cell of {number}, found {found}", head.span, hint)
    return None


def _declared(step: Callable) -> Sequence[Type | None]:
    """The types of a step's parameters, as far as they are declared."""
    match step:
        case CellName(signature):
            return [port.type for port in signature.inputs]
        case FunctionName(definition, _, Function() as checked) if not definition.type_parameters:
            return [parameter.type for parameter in checked.parameters]
        case FunctionName(definition):
            return [None] * len(definition.parameters)
        case Table(entries):
            return _table_types(step) if entries else []
        case Composed():
            return [None]


def _table_types(table: Table) -> list[Type | None]:
    """What a transition table's keys are; its answers are states too."""
    answers = [element_of(answer.type) for answer in table.entries.values() if isinstance(answer, SOp)]
    columns = [[constant_type(keys[place]) for keys in table.entries] for place in range(table.n_keys)]
    columns[0] += answers if table.n_keys > 1 else []
    return [hull(column) or Unknown() for column in columns]


def _widened(*elements: Element) -> Element:
    """A type that a running value certainly keeps: without bounds, as whole as what it starts from."""
    merged = hull(elements)
    open_ended: dict[type, Element] = {Int: Int(), Real: Real(), Token: Token()}
    return open_ended.get(type(merged), merged or Unknown())
