"""The typed graph of s-ops: what a program means, whatever its text looks like.

A node is immutable and named by the SHA-256 of what it computes: nodes of equal digest are equal, so that equal
subexpressions are one node and equal programs share one digest. Names of variables and places in the text are not
part of it; the type and position of an input are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from .operators import result_of
from .scope import CellSignature
from .types import Bool, Element, Int, Real, Selector, Seq, Token, Type, Unknown, Value, element_of, hull, like, meet

__all__ = [
    "AGGREGATIONS",
    "DEFINED_WHEN_EMPTY",
    "REDUCTIONS",
    "Aggregate",
    "Ascribe",
    "At",
    "CellCall",
    "Constant",
    "Elementwise",
    "Fold",
    "Indices",
    "Input",
    "Length",
    "Lookup",
    "Quantified",
    "Reduce",
    "SOp",
    "Select",
    "SelectorLogic",
    "SelectorWidth",
    "bind",
    "constant_type",
    "inner_graph",
    "inputs_of",
    "nodes_within",
    "rebuilt",
    "substitute",
    "substituted",
    "topological",
]

_UNKNOWN = Unknown()
REDUCTIONS = ("sum", "min", "max", "count", "any", "all", "sorted", "distinct", "permutation")
AGGREGATIONS = ("mean", "sum", "min", "max", "any", "all", "first", "last", "nearest_left", "nearest_right")
DEFINED_WHEN_EMPTY = ("sum", "any", "all")


@dataclass(frozen=True, eq=False, repr=False)
class SOp:
    """A node of the graph; `arguments` are the nodes whose values it reads.

    `digest` is the SHA-256, in hex, of its kind, its attributes and its arguments' digests; `type` is the type of the
    value that it computes.
    """

    arguments: tuple[SOp, ...] = ()

    digest: str = field(init=False, default="", repr=False)
    type: Type = field(init=False, default=Unknown(), repr=False)

    def __post_init__(self) -> None:
        """Name the node by what it computes, and type it; arguments are built before, so neither recurses."""
        parts = [type(self).__name__, *map(repr, self._attributes()), *(argument.digest for argument in self.arguments)]
        object.__setattr__(self, "digest", hashlib.sha256("\x1f".join(parts).encode()).hexdigest())
        object.__setattr__(self, "type", self._infer())

    def _attributes(self) -> tuple[Any, ...]:
        """What distinguishes the node beside its kind and its arguments."""
        return ()

    def _infer(self) -> Type:
        raise AssertionError(f"{type(self).__name__} has no type")

    def __repr__(self) -> str:
        """Kind, attributes and digest; arguments by digest, for a graph written out as a tree may have no end."""
        return f"{type(self).__name__}{self._attributes()}#{self.digest[:8]}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SOp) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@dataclass(frozen=True, eq=False, repr=False)
class Input(SOp):
    """A value given from outside: an input of the program, a parameter, or the result that a contract speaks of.

    `key` is its place (`main.0`, `tokens`, `result`, …); `name` is what the text calls it and does not count.
    """

    key: str = ""
    declared: Type = _UNKNOWN
    name: str = field(default="", compare=False)

    def _attributes(self) -> tuple[Any, ...]:
        return self.key, str(self.declared)

    def _infer(self) -> Type:
        return self.declared


@dataclass(frozen=True, eq=False, repr=False)
class Constant(SOp):
    """One value, the same at every position."""

    value: Value = 0

    def _attributes(self) -> tuple[Any, ...]:
        return type(self.value).__name__, str(self.value)

    def _infer(self) -> Type:
        return constant_type(self.value)


@dataclass(frozen=True, eq=False, repr=False)
class Indices(SOp):
    """The position of each element, from 0."""

    def _infer(self) -> Type:
        return Seq(Int(0, None))


@dataclass(frozen=True, eq=False, repr=False)
class Length(SOp):
    """How many elements the sequence has."""

    def _infer(self) -> Type:
        return Int(0, None)


@dataclass(frozen=True, eq=False, repr=False)
class Elementwise(SOp):
    """An operator of the table, applied position by position; scalars stand at every position."""

    operator: str = ""

    def _attributes(self) -> tuple[Any, ...]:
        return (self.operator,)

    def _infer(self) -> Type:
        elements = [element_of(argument.type) for argument in self.arguments]
        return like(result_of(self.operator, elements) or Unknown(), *(argument.type for argument in self.arguments))


@dataclass(frozen=True, eq=False, repr=False)
class CellCall(SOp):
    """A catalogued cell applied position by position.

    `meaning` is what the contract says it computes, over the inputs `port.0`, `port.1`, …; None where the contract
    does not determine the answer.
    """

    cell: CellSignature = field(default=None)  # type: ignore[assignment]
    meaning: SOp | None = None

    def _attributes(self) -> tuple[Any, ...]:
        return self.cell.digest, str(self.cell.output.type), self.meaning.digest if self.meaning else None

    def _infer(self) -> Type:
        return like(element_of(self.cell.output.type), *(argument.type for argument in self.arguments))


@dataclass(frozen=True, eq=False, repr=False)
class Ascribe(SOp):
    """The argument, promised to have a narrower type than could be inferred: the promise is an obligation."""

    declared: Type = _UNKNOWN

    def _attributes(self) -> tuple[Any, ...]:
        return (str(self.declared),)

    def _infer(self) -> Type:
        (value,) = self.arguments
        return like(meet(element_of(self.declared), element_of(value.type)), value.type)


@dataclass(frozen=True, eq=False, repr=False)
class Select(SOp):
    """The selector `key comparison query`, for every pair of positions; arguments are the keys and the queries."""

    comparison: str = "=="

    def _attributes(self) -> tuple[Any, ...]:
        return (self.comparison,)

    def _infer(self) -> Type:
        return Selector()


@dataclass(frozen=True, eq=False, repr=False)
class SelectorLogic(SOp):
    """`and`, `or` or `not` of selectors."""

    operator: str = "and"

    def _attributes(self) -> tuple[Any, ...]:
        return (self.operator,)

    def _infer(self) -> Type:
        return Selector()


@dataclass(frozen=True, eq=False, repr=False)
class Aggregate(SOp):
    """What the selected values come to at each query; arguments are the selector, the values and the default.

    `operator` is one of `AGGREGATIONS`. One selected value is its own mean, whatever its kind; the mean of several is
    defined for numbers. `nearest_left` is the value selected nearest to the query, the left one of two equally near.
    Where nothing is selected the answer is the default; without one `sum` is 0, `any` is False, `all` is True, and
    the others have no answer.
    """

    operator: str = "mean"

    def _attributes(self) -> tuple[Any, ...]:
        return (self.operator,)

    def _infer(self) -> Type:
        values, *default = (element_of(argument.type) for argument in self.arguments[1:])
        return Seq(hull([_aggregated(self.operator, values), *default]) or Unknown())


def _aggregated(operator: str, values: Element) -> Element:
    match operator, values:
        case "mean", Int(low, high):
            return Real(low, high)
        case "sum", Int() | Real():
            return _total(values)
        case "any" | "all", _:
            return Bool()
    return values


def _total(element: Element) -> Element:
    """The type of a sum of any number of elements."""
    low = 0 if isinstance(element, Int | Real) and element.low is not None and element.low >= 0 else None
    return Int(low, None) if isinstance(element, Int) else Real(low, None)


@dataclass(frozen=True, eq=False, repr=False)
class SelectorWidth(SOp):
    """How many keys each query selects."""

    def _infer(self) -> Type:
        return Seq(Int(0, None))


@dataclass(frozen=True, eq=False, repr=False)
class Lookup(SOp):
    """The answer of a table to each element, or to each pair and so on of the arguments' elements.

    `entries` are the keys, one value for each argument, with their answers; a key that is not there has none.
    """

    entries: tuple[tuple[tuple[Value, ...], Value], ...] = ()

    def _attributes(self) -> tuple[Any, ...]:
        return tuple((tuple(map(_told, keys)), _told(answer)) for keys, answer in self.entries)

    def _infer(self) -> Type:
        answers = hull(constant_type(answer) for _, answer in self.entries)
        return like(answers or Unknown(), *(argument.type for argument in self.arguments))


def _told(value: Value) -> tuple[str, str]:
    return type(value).__name__, str(value)


@dataclass(frozen=True, eq=False, repr=False)
class At(SOp):
    """The element of a sequence at a position; arguments are the sequence and the position.

    A negative position counts from the end; beyond either end there is none. With a sequence of positions, the
    element at each.
    """

    def _infer(self) -> Type:
        sequence, position = self.arguments
        return like(element_of(sequence.type), position.type)


@dataclass(frozen=True, eq=False, repr=False)
class Fold(SOp):
    """`step` over the elements from left to right; arguments are one or more sequences and the initial value.

    `step` is over the inputs `parameters`: the value so far and the next element of each sequence. The answer is the
    last value; of a running fold, which a program calls `scan`, the value after each element.
    """

    parameters: tuple[Input, ...] = ()
    step: SOp = field(default=None)  # type: ignore[assignment]
    running: bool = False

    def _attributes(self) -> tuple[Any, ...]:
        return (self.running, self.step.digest, *(parameter.digest for parameter in self.parameters))

    def _infer(self) -> Type:
        element = element_of(self.parameters[0].type)
        return Seq(element) if self.running else element


@dataclass(frozen=True, eq=False, repr=False)
class Quantified(SOp):
    """Whether `body` holds for all, or for some, numbers of a range; arguments are its start and its stop, excluded.

    `operator` is `forall` or `exists`; `body` is over the input `variable`. Within it `and`, `or` and `if` are
    evaluated from the left and only as far as the answer needs, so that a guard may stand before a position.
    """

    operator: str = "forall"
    variable: Input = field(default=None)  # type: ignore[assignment]
    body: SOp = field(default=None)  # type: ignore[assignment]

    def _attributes(self) -> tuple[Any, ...]:
        return self.operator, self.variable.digest, self.body.digest

    def _infer(self) -> Type:
        return Bool()


@dataclass(frozen=True, eq=False, repr=False)
class Reduce(SOp):
    """A property of whole sequences, as contracts speak of: one of `REDUCTIONS`."""

    operator: str = ""

    def _attributes(self) -> tuple[Any, ...]:
        return (self.operator,)

    def _infer(self) -> Type:
        element = element_of(self.arguments[0].type)
        match self.operator:
            case "count":
                return Int(0, None)
            case "min" | "max":
                return element
            case "sum":
                return _total(element)
            case _:
                return Bool()


def constant_type(value: Value) -> Element:
    """The narrowest type of a constant."""
    match value:
        case bool():
            return Bool()
        case str():
            return Token((value,))
        case int():
            return Int(value, value)
        case _:
            return Real(value, value)


def topological(
    roots: Iterable[SOp], known: Container[SOp] = (), parts_of: Callable[[SOp], Sequence[SOp]] = attrgetter("arguments")
) -> list[SOp]:
    """Every node that the roots depend on, the parts of a node before it, each once.

    Nodes that are known already are left out, with what only they depend on. The parts are the arguments, unless told.
    """
    order: list[SOp] = []
    # By digest, for what is asked of every node again and again should cost no call.
    begun: set[str] = set()
    done: set[str] = set()
    stack = list(roots)[::-1]
    while stack:
        node = stack[-1]
        if node.digest in done or (known and node in known):
            stack.pop()
        elif node.digest in begun:
            done.add(node.digest)
            order.append(node)
        else:
            begun.add(node.digest)
            stack.extend(reversed(parts_of(node)))
    return order


def inner_graph(node: SOp) -> tuple[tuple[Input, ...], SOp] | None:
    """The inputs that a node binds and the graph that it evaluates over them: a fold's step, a quantifier's body."""
    match node:
        case Fold(parameters=parameters, step=step):
            return parameters, step
        case Quantified(variable=variable, body=body):
            return (variable,), body
    return None


def bind(variables: Sequence[Input], body: SOp) -> tuple[tuple[Input, ...], SOp, Mapping[SOp, SOp]]:
    """Name the variables of an inner graph by how deep the graphs within it are nested, whatever they were called.

    Returns:
        The renamed variables, the body over them, and what every node of it became. Equal inner graphs are equal
        nodes then, and no variable of a graph around them has the same name.
    """
    height = 1 + _height(body)
    named = tuple(replace(variable, key=f"bound{height}.{place}") for place, variable in enumerate(variables))
    became = substituted(body, dict(zip(variables, named, strict=True)))
    return named, became[body], became


def _height(root: SOp) -> int:
    """How many graphs are nested within one another below a node."""
    inner = (bound for bound in map(inner_graph, topological([root])) if bound)
    return max((1 + _height(body) for _, body in inner), default=0)


def nodes_within(roots: Iterable[SOp]) -> list[SOp]:
    """Every node that the roots depend on, those of inner graphs included, each before what reads it."""
    found: dict[str, SOp] = {}
    for node in topological(roots):
        inner = inner_graph(node)
        if inner and node.digest not in found:
            for part in nodes_within([inner[1]]):
                found.setdefault(part.digest, part)
        found.setdefault(node.digest, node)
    return list(found.values())


def inputs_of(roots: Iterable[SOp]) -> Iterator[Input]:
    """The inputs that the roots depend on, those that inner graphs read included; each once."""
    return iter(dict.fromkeys(read for root in roots for read in _inputs_read(root)))


def _inputs_read(root: SOp) -> tuple[Input, ...]:
    if _READ_AS not in vars(root):
        for node in topological([root], _READ):
            vars(node)[_READ_AS] = _read_by(node)
    known: tuple[Input, ...] = vars(root)[_READ_AS]
    return known


_READ_AS = "_inputs"


class _Read:
    """The nodes of which the inputs that they depend on were found before; a node keeps its own."""

    def __contains__(self, node: object) -> bool:
        return _READ_AS in vars(node)


_READ = _Read()


def _read_by(node: SOp) -> tuple[Input, ...]:
    """The inputs of a node; those of its arguments were found, or of nodes that are equal to them."""
    parts = [*map(_inputs_read, node.arguments)]
    if isinstance(node, Input):
        parts.append((node,))
    if inner := inner_graph(node):
        bound, graph = inner
        parts.append(tuple(free for free in _inputs_read(graph) if free not in bound))
    distinct = list({id(part): part for part in parts if part}.values())
    return distinct[0] if len(distinct) == 1 else tuple(dict.fromkeys(one for part in distinct for one in part))


def substitute(root: SOp, values: Mapping[SOp, SOp]) -> SOp:
    """The same graph with some nodes, such as parameters, replaced by others."""
    return substituted(root, values)[root]


def substituted(root: SOp, values: Mapping[SOp, SOp]) -> dict[SOp, SOp]:
    """What every node of a graph becomes where some are replaced by others."""
    built: dict[SOp, SOp] = {}
    for node in topological([root]):
        built[node] = values[node] if node in values else rebuilt(node, built, values)
    return built


def rebuilt(node: SOp, built: Mapping[SOp, SOp], values: Mapping[SOp, SOp]) -> SOp:
    """A node over what its arguments became; within the graph that it binds some nodes are replaced by others."""
    arguments = tuple(built[argument] for argument in node.arguments)
    match node:
        case Fold(step=step):
            return replace(node, arguments=arguments, step=substitute(step, values))
        case Quantified(body=body):
            return replace(node, arguments=arguments, body=substitute(body, values))
    return node if arguments == node.arguments else replace(node, arguments=arguments)
