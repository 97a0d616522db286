"""The functions that every program sees, in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import Span
from . import tree
from .environment import CellName, FunctionName, Meaning, Variable
from .graph import Aggregate, Constant, Fold, Input, Reduce, Select, SelectorWidth, SOp
from .operands import Argument, Operands, in_words
from .operators import COMPARISONS
from .program import Function
from .types import Bool, Element, Int, Real, Seq, Token, Type, Unknown, element_of, hull, is_numeric

__all__ = ["BUILTINS"]


def _select(operands: Operands, call: tree.Call) -> SOp | None:
    if len(call.arguments) == 2 and isinstance(call.arguments[1], tree.Comparator):
        symbol = call.arguments[1].symbol
        operands.record.fault(f"expected an s-op for the queries, found {symbol!r}", call.arguments[1].span)
        return None
    if len(call.arguments) != 3:
        operands.wrong_count(call, "3 arguments (keys, queries, comparison)")
        return None
    *sides, comparator = call.arguments
    if not isinstance(comparator, tree.Comparator):
        hint = f"write one of {', '.join(COMPARISONS)}"
        operands.record.fault("expected a comparison, found an s-op", comparator.span, hint)
        return None
    keys, queries = (operands.sequence(side, role) for side, role in zip(sides, ("keys", "queries"), strict=True))
    comparable = operands.elementwise(comparator.symbol, (keys, queries), call.span)
    return Select((keys, queries), comparator.symbol) if comparable and keys and queries else None


def _selector_width(operands: Operands, call: tree.Call) -> SOp | None:
    if len(call.arguments) != 1:
        operands.wrong_count(call, "1 argument (selector)")
        return None
    selector = operands.selector(call.arguments[0])
    return selector and SelectorWidth((selector,))


def _aggregate(operands: Operands, call: tree.Call) -> SOp | None:
    if len(call.arguments) not in (2, 3):
        operands.wrong_count(call, "2 or 3 arguments (selector, values, default)")
        return None
    selector = operands.selector(call.arguments[0])
    values = operands.sequence(call.arguments[1], "values")
    default = operands.sequence(call.arguments[2], "default") if len(call.arguments) == 3 else None
    if selector is None or values is None or (len(call.arguments) == 3 and default is None):
        return None
    default = default or _usual_default(operands, values)
    if default is None:
        return Aggregate((selector, values))
    if hull([element_of(values.type), element_of(default.type)]) is None and operands.environment.dialect == "cell":
        found = f"{in_words(default)}, where the values are {element_of(values.type)}"
        operands.record.fault(f"expected a default of the values' kind, found {found}", call.arguments[-1].span)
        return None
    return Aggregate((selector, values, default))


def _usual_default(operands: Operands, values: SOp) -> SOp | None:
    """0 as in RASP; in the strict dialect False for booleans and none for tokens, which have no zero."""
    if operands.environment.dialect == "cell" and isinstance(element_of(values.type), Bool):
        return Constant((), False)
    no_zero = operands.environment.dialect == "cell" and not is_numeric(values.type)
    return None if no_zero else Constant((), 0)


def _fold(operands: Operands, call: tree.Call) -> SOp | None:
    if len(call.arguments) != 3:
        operands.wrong_count(call, "3 arguments (function, sequence, initial)")
        return None
    head, *places = call.arguments
    step = operands.environment.names.get(head.name) if isinstance(head, tree.Name) else None
    declared = _parameter_types(step) if isinstance(step, FunctionName | CellName) else ()
    if not isinstance(step, FunctionName | CellName) or len(declared) != 2:
        _no_step(operands, head, step, len(declared))
        return None
    sequence, initial = operands.sequence(places[0], "sequence"), operands.sequence(places[1], "initial")
    if sequence is None or initial is None:
        return None
    if not isinstance(sequence.type, Seq) or isinstance(initial.type, Seq):
        found = f"{in_words(sequence)} and {in_words(initial)}"
        wrong = places[1] if isinstance(sequence.type, Seq) else places[0]
        operands.record.fault(f"'fold' expects a sequence and a scalar to start from, found {found}", wrong.span)
        return None
    state_type = declared[0] or _widened(element_of(initial.type), element_of(sequence.type))
    item_type = declared[1] or element_of(sequence.type)
    fitted = operands.record.fitted
    initial = fitted(initial, state_type, places[1].span, f"{head.span.text}: state at the start")
    sequence = fitted(sequence, Seq(element_of(item_type)), places[0].span, f"{head.span.text}: item")
    body, parameters = _fold_step(operands, step, element_of(state_type), element_of(item_type), head.span)
    after = body and fitted(body, state_type, head.span, f"{head.span.text}: state after a step")
    return Fold((sequence, initial), parameters, after) if sequence and initial and after else None


def _no_step(operands: Operands, head: Argument, step: Meaning | None, n_parameters: int) -> None:
    """Say why the first argument of `fold` is no function of two arguments."""
    if step == Variable(None):
        return
    if step is None and isinstance(head, tree.Name) and not operands.is_known(head.name):
        operands.record.unknown("function", head.name, operands.functions(), head.span)
        return
    is_function = isinstance(step, FunctionName | CellName)
    found = f"found one of {n_parameters}" if is_function else f"found {head.span.text!r}"
    is_builtin = isinstance(head, tree.Name) and head.name in BUILTINS
    hint = f"def step(a, b) {{ return {head.span.text}(a, b); }}" if is_builtin else "name a `def` or a `use`d cell"
    operands.record.fault(f"'fold' expects a function or cell of two arguments, {found}", head.span, hint)


def _fold_step(
    operands: Operands, step: FunctionName | CellName, state_type: Element, item_type: Element, span: Span
) -> tuple[SOp | None, tuple[Input, Input]]:
    """One step over two fresh inputs. Names with a blank cannot hide the program's own."""
    record = operands.record
    record.fold_depth += 1
    state = Input((), f"fold{record.fold_depth}.state", state_type, "state")
    item = Input((), f"fold{record.fold_depth}.item", item_type, "item")
    names = {"the state": Variable(state), "the item": Variable(item), "the step": step}
    call = tree.Call("the step", (tree.Name("the state", span), tree.Name("the item", span)), span, span)
    body = operands.within(names).node(call)
    record.fold_depth -= 1
    # That the fresh inputs have the types they were given needs no proof.
    obligations = record.frame.obligations
    obligations[:] = [owed for owed in obligations if owed.value not in (state, item)]
    return body, (state, item)


def _pointwise(operands: Operands, call: tree.Call) -> SOp | None:
    names = ("first", "second") if call.function in ("min", "max") else ("value",)
    arguments = operands.arguments(call, names)
    return operands.elementwise(call.function, arguments, call.span) if arguments else None


def _extreme(operands: Operands, call: tree.Call) -> SOp | None:
    """`min(x)` of a sequence is its smallest element, `min(x, y)` is elementwise, as in RASP."""
    if len(call.arguments) not in (1, 2):
        operands.wrong_count(call, "1 argument (sequence) or 2 (first, second)")
        return None
    return _reduce(operands, call) if len(call.arguments) == 1 else _pointwise(operands, call)


def _reduce(operands: Operands, call: tree.Call) -> SOp | None:
    names = ("sequence", "rearranged")[: 2 if call.function == "permutation" else 1]
    arguments = operands.arguments(call, names)
    if arguments is None:
        return None
    for node, place in zip(arguments, call.arguments, strict=True):
        if not isinstance(node.type, Seq):
            operands.record.fault(f"{call.function!r} expects a sequence, found {in_words(node)}", place.span)
            return None
        if call.function in ("sum", "min", "max") and not is_numeric(node.type):
            hint = "count(sequence, True) counts where it holds" if element_of(node.type) == Bool() else None
            operands.record.fault(f"{call.function!r} expects numbers, found {node.type}", place.span, hint)
            return None
    return Reduce(tuple(arguments), call.function)


def _count(operands: Operands, call: tree.Call) -> SOp | None:
    arguments = operands.arguments(call, ("sequence", "value"))
    equal = operands.elementwise("==", arguments, call.span) if arguments else None
    if equal and not isinstance(equal.type, Seq):
        found = in_words(arguments[0]) if arguments else ""
        operands.record.fault(f"'count' expects a sequence, found {found}", call.arguments[0].span)
        return None
    return equal and Reduce((equal,), "count")


BUILTINS: dict[str, Callable[[Operands, tree.Call], SOp | None]] = {
    "select": _select,
    "selector_width": _selector_width,
    "aggregate": _aggregate,
    "fold": _fold,
    "count": _count,
    "min": _extreme,
    "max": _extreme,
    **dict.fromkeys(("sum", "sorted", "distinct", "permutation"), _reduce),
    **dict.fromkeys(("indicator", "round", "abs"), _pointwise),
}


def _parameter_types(step: FunctionName | CellName) -> Sequence[Type | None]:
    match step:
        case CellName(signature):
            return [port.type for port in signature.inputs]
        case FunctionName(_, _, Function() as checked):
            return [parameter.type for parameter in checked.parameters]
        case FunctionName(definition):
            return [None] * len(definition.parameters)


def _widened(*elements: Element) -> Element:
    """A type that a running value certainly keeps: without bounds, as whole as what it starts from."""
    merged = hull(elements)
    open_ended: dict[type, Element] = {Int: Int(), Real: Real(), Token: Token()}
    return open_ended.get(type(merged), merged or Unknown())
