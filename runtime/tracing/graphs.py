"""Nodes of the graph to the operations of a trace, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...dsl.checking.contracts import read_contract
from ...dsl.graph import (
    AGGREGATIONS,
    REDUCTIONS,
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
)
from ...dsl.operators import COMPARISONS, OPERATORS
from ...dsl.scope import CellSignature
from ...dsl.types import Selector
from ...errors import RuntimeFault
from .operations import (
    AscribeOperation,
    CellOperation,
    ConstantOperation,
    FoldOperation,
    InnerNode,
    InputOperation,
    LookupEntry,
    LookupOperation,
    NamedOperation,
    Operation,
    PlainOperation,
    QuantifiedOperation,
    StepReference,
    recorded_type,
    type_of,
)

__all__ = ["node_of", "operation_of"]

_NAMED = {
    "elementwise": Elementwise,
    "select": Select,
    "selector_logic": SelectorLogic,
    "aggregate": Aggregate,
    "reduce": Reduce,
}
_PLAIN = {"indices": Indices, "length": Length, "selector_width": SelectorWidth, "at": At}
_LEAVES = (Constant, Indices, Length)
_KNOWN: Mapping[str, Collection[str]] = {
    "elementwise": OPERATORS,
    "select": COMPARISONS,
    "selector_logic": ("and", "or", "not"),
    "aggregate": AGGREGATIONS,
    "reduce": REDUCTIONS,
}
_SELECTORS_FIRST = {"selector_width": 1, "aggregate": 1, "selector_logic": 2}
_LEAST_ARGUMENTS = {"selector_width": 1, "at": 2, "select": 2, "selector_logic": 1, "aggregate": 2, "reduce": 1}
_MOST_ARGUMENTS = {**_LEAST_ARGUMENTS, "selector_logic": 2, "aggregate": 3, "reduce": 2, "indices": 0, "length": 0}


def operation_of(node: SOp, steps: Mapping[SOp, int]) -> Operation:
    """What a node computes, without its arguments; nodes of its inner graph that are steps stand as their numbers."""
    match node:
        case Elementwise(operator=name) | SelectorLogic(operator=name) | Aggregate(operator=name):
            return _named(node, name)
        case Select(comparison=name) | Reduce(operator=name):
            return _named(node, name)
        case Input():
            return _input(node)
        case Constant(value=value):
            return ConstantOperation(value=value)
        case CellCall(cell=cell):
            return CellOperation(cell=cell.digest)
        case Ascribe(declared=declared):
            return AscribeOperation(declared=recorded_type(declared))
        case Lookup(entries=entries):
            return LookupOperation(entries=tuple(LookupEntry(keys=keys, answer=answer) for keys, answer in entries))
        case Fold(parameters=parameters, step=step, running=running):
            bound = tuple(_input(parameter) for parameter in parameters)
            return FoldOperation(running=running, parameters=bound, graph=_graph(step, steps))
        case Quantified(operator=operator, variable=variable, body=body):
            return QuantifiedOperation.model_validate(
                {"operator": operator, "variable": _input(variable), "graph": _graph(body, steps)}
            )
    kind = next(kind for kind, plain in _PLAIN.items() if isinstance(node, plain))
    return PlainOperation.model_validate({"kind": kind})


def _named(node: SOp, operator: str) -> NamedOperation:
    kind = next(kind for kind, named in _NAMED.items() if isinstance(node, named))
    return NamedOperation.model_validate({"kind": kind, "operator": operator})


def _input(node: Input) -> InputOperation:
    return InputOperation(key=node.key, declared=recorded_type(node.declared), name=node.name)


def _graph(root: SOp, steps: Mapping[SOp, int]) -> tuple[InnerNode | StepReference, ...]:
    """The nodes of an inner graph, arguments first; what is computed before it in the trace is only named."""
    named = {node: step for node, step in steps.items() if not isinstance(node, _LEAVES)}
    places: dict[SOp, int] = {}
    written: list[InnerNode | StepReference] = []
    for node in _until(root, named):
        places[node] = len(written)
        if node in named:
            written.append(StepReference(step=named[node]))
        else:
            reads = tuple(places[argument] for argument in node.arguments)
            written.append(InnerNode(operation=operation_of(node, steps), reads=reads))
    return tuple(written)


def _until(root: SOp, known: Mapping[SOp, int]) -> list[SOp]:
    """What the root depends on, arguments first, without what only known nodes depend on."""
    order: dict[SOp, None] = {}
    stack = [(root, False)]
    while stack:
        node, is_ready = stack.pop()
        if node in order:
            continue
        if is_ready or node in known:
            order[node] = None
        else:
            stack.append((node, True))
            stack.extend((argument, False) for argument in reversed(node.arguments))
    return list(order)


def node_of(
    operation: Operation, arguments: Sequence[SOp], steps: Sequence[SOp], cells: Mapping[str, CellSignature]
) -> SOp:
    """The node of an operation over its arguments.

    Args:
        operation: what `operation_of` wrote.
        arguments: the nodes that it reads.
        steps: the nodes of the steps before.
        cells: what is known of each cell, by digest.

    Raises:
        RuntimeFault: if there is no such operator, cell or step, or the arguments do not fit.
    """
    _check_arguments(operation, arguments)
    given = tuple(arguments)
    match operation:
        case PlainOperation(kind=kind):
            return _PLAIN[kind](given)
        case NamedOperation(kind=kind, operator=operator):
            return _NAMED[kind](given, operator)
        case InputOperation():
            return _bound(operation)
        case ConstantOperation(value=value):
            return Constant((), value)
        case AscribeOperation(declared=declared):
            return Ascribe(given, type_of(declared))
        case CellOperation(cell=digest):
            if digest not in cells:
                raise RuntimeFault(f"the cell {digest[:12]} is not among the cells that the trace tells of")
            return CellCall(given, cells[digest], read_contract(cells[digest]).meaning)
        case LookupOperation(entries=entries):
            return Lookup(given, tuple((entry.keys, entry.answer) for entry in entries))
        case FoldOperation(parameters=parameters, graph=graph, running=running):
            root = _root(graph, steps, cells)
            return Fold(given, tuple(_bound(parameter) for parameter in parameters), root, running)
        case QuantifiedOperation(operator=operator, variable=variable, graph=graph):
            return Quantified(given, operator, _bound(variable), _root(graph, steps, cells))


def _bound(operation: InputOperation) -> Input:
    return Input((), operation.key, type_of(operation.declared), operation.name)


def _root(graph: Sequence[InnerNode | StepReference], steps: Sequence[SOp], cells: Mapping[str, CellSignature]) -> SOp:
    built: list[SOp] = []
    for place, part in enumerate(graph):
        if isinstance(part, StepReference):
            if not 0 <= part.step < len(steps):
                raise RuntimeFault(f"an inner graph reads step {part.step}, which is no earlier one")
            built.append(steps[part.step])
        else:
            if any(not 0 <= read < place for read in part.reads):
                raise RuntimeFault(f"node {place} of an inner graph reads {list(part.reads)}, not all before it")
            built.append(node_of(part.operation, [built[read] for read in part.reads], steps, cells))
    if not built:
        raise RuntimeFault("an inner graph has no node")
    return built[-1]


def _check_arguments(operation: Operation, arguments: Sequence[SOp]) -> None:
    """Refuse an operation that the language does not have."""
    kind, n_found = operation.kind, len(arguments)
    operator = operation.operator if isinstance(operation, NamedOperation) else ""
    if isinstance(operation, NamedOperation) and operator not in _KNOWN[kind]:
        raise RuntimeFault(f"there is no {kind} {operator!r}")
    least, most = _LEAST_ARGUMENTS.get(kind, 0), _MOST_ARGUMENTS.get(kind, n_found)
    match operation:
        case NamedOperation(kind="elementwise"):
            least = most = OPERATORS[operator].arity
        case InputOperation() | ConstantOperation():
            least = most = 0
        case AscribeOperation():
            least = most = 1
        case QuantifiedOperation():
            least = most = 2
        case FoldOperation(parameters=parameters):
            least = most = max(2, len(parameters))
            if len(parameters) < least:
                raise RuntimeFault(f"a fold binds the value so far and elements, found {len(parameters)} parameters")
    if not least <= n_found <= most:
        expected = str(least) if least == most else f"{least} to {most}"
        raise RuntimeFault(f"the operation {kind} {operator}".rstrip() + f" reads {expected} steps, found {n_found}")
    n_selectors = min(n_found, _SELECTORS_FIRST.get(kind, 0))
    for place, argument in enumerate(arguments):
        if isinstance(argument.type, Selector) is not (place < n_selectors):
            wanted = "a selector" if place < n_selectors else "no selector"
            raise RuntimeFault(f"the operation {kind} {operator} reads {wanted} as argument {place}".replace("  ", " "))
