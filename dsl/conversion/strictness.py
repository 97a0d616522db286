"""The graph of an original RASP program, as the strict dialect has it: the same answers, with every conversion written.

Node by node, arguments first:

1. A boolean that stands for a number becomes `indicator(b)`; a number or token that stands for a condition is compared
   with 0 or "".
2. A comparison between kinds that are never equal becomes the constant that it is; what is known then is computed.
3. A default gets the kind of its values. Tokens have no 0: where the answer is only tested, "" does as well; else the
   default is left out, and the node is noted.
4. What the strict dialect cannot say becomes a fault; all faults are noted together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...errors import Fault, Span
from ..checking.operands import in_words
from ..graph import (
    Aggregate,
    Constant,
    Elementwise,
    Indices,
    Input,
    Length,
    Lookup,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    constant_type,
    topological,
)
from ..operators import OPERATORS
from ..types import Bool, Fit, Int, Real, Selector, Seq, Token, Unknown, Value, element_of, fit, hull

__all__ = ["StrictGraph", "Uses", "spread", "uses_of"]

_TOKENS = Input((), "tokens", Seq(Unknown()), "tokens")
_LOGIC = ("and", "or", "not", "indicator")
_ORDERED = ("<", "<=", ">", ">=")
_FALSE, _TRUE = Constant((), False), Constant((), True)
_NO_PAIR = Select((Constant((), 0), Constant((), 1)), "==")
_EVERY_PAIR = Select((Constant((), 1), Constant((), 1)), "==")
_NO_TOKEN = 'give the aggregate a default token: aggregate(selector, values, "")'


def spread(node: SOp) -> SOp:
    """A value as the sequence that holds it at every position."""
    if isinstance(node.type, Seq):
        return node
    return Aggregate((Select((Indices(), Indices()), "=="), node))


@dataclass(frozen=True, slots=True)
class Uses:
    """Aggregates that are only tested, and nodes whose values are averaged, for which False and 0 are not the same.

    A test is a condition, or whether the answer is a certain token, which is not empty.
    """

    tested: frozenset[SOp]
    averaged: frozenset[SOp]


def uses_of(roots: Collection[SOp]) -> Uses:
    """How the nodes that the roots depend on are read."""
    order = topological(roots)
    untested, averaged = set(roots), set[SOp]()
    for node in reversed(order):
        untested.update(part for place, part in enumerate(node.arguments) if not _is_test(node, place))
        match node:
            case Aggregate(arguments=(_, values, default)):
                averaged.update((values, default) if node in averaged else (values,))
            case Elementwise(operator="if", arguments=(_, then, otherwise)) if node in averaged:
                averaged.update((then, otherwise))
    aggregates = {node for node in order if isinstance(node, Aggregate)}
    return Uses(frozenset(aggregates - untested), frozenset(averaged))


def _is_test(reader: SOp, place: int) -> bool:
    match reader:
        case Elementwise(operator="and" | "or" | "not" | "indicator"):
            return True
        case Elementwise(operator="if"):
            return place == 0
        case Elementwise(operator="==" | "!=") | Select(comparison="==" | "!="):
            other = reader.arguments[1 - place]
            return isinstance(other, Constant) and isinstance(other.value, str) and other.value != ""
    return False


@dataclass(slots=True)
class StrictGraph:
    """What the nodes of a RASP program become.

    Attributes:
        uses: how the nodes of the RASP program are read.
        spans: where they come from.
        built: what each of its nodes became; None where it has a fault.
        undefined: strict nodes that have no token where RASP answers 0, for nothing is selected.
        faults: what the strict dialect cannot say.
    """

    uses: Uses
    spans: Mapping[SOp, Span]
    built: dict[SOp, SOp | None] = field(default_factory=dict)
    undefined: set[SOp] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    _place: Span = field(init=False)

    def add(self, root: SOp, place: Span) -> SOp | None:
        """Convert the nodes that a root depends on; faults of what has no place in its file are told at `place`."""
        for node in topological([root]):
            if node not in self.built:
                arguments = [self.built[argument] for argument in node.arguments]
                known = [argument for argument in arguments if argument is not None]
                self._place = place
                self.built[node] = self._converted(node, known) if len(known) == len(arguments) else None
        return self.built[root]

    def _fault(self, node: SOp, message: str, hint: str | None = None) -> None:
        span = self.spans.get(node, self._place)
        self.faults.append(Fault(message, span if span.source == self._place.source else self._place, hint))

    def _converted(self, node: SOp, arguments: Sequence[SOp]) -> SOp | None:
        match node:
            case Input(key="tokens_asis"):
                return _TOKENS
            case Input() | Constant() | Indices() | Length():
                return node
            case Elementwise(operator=operator):
                return self._elementwise(node, operator, arguments)
            case Reduce():
                # Whether a value stands anywhere in a sequence; where it never can, the equality was computed.
                (equal,) = arguments
                return replace(node, arguments=(equal,)) if isinstance(equal.type, Seq) else Constant((), 0)
            case Select(comparison=comparison):
                pair = self._compared(node, comparison, *arguments)
                if isinstance(pair, bool):
                    return _EVERY_PAIR if pair else _NO_PAIR
                return pair and replace(node, arguments=pair)
            case SelectorLogic() | SelectorWidth():
                return replace(node, arguments=tuple(arguments))
            case Aggregate():
                return self._aggregate(node, *arguments)
            case Lookup():
                return self._lookup(node, arguments)
        raise AssertionError(f"no node of a RASP program: {type(node).__name__}")

    # Operators.

    def _elementwise(self, node: SOp, operator: str, arguments: Sequence[SOp]) -> SOp | None:
        operands: Sequence[SOp] | None
        match operator, arguments:
            case (("==" | "!=" | "<" | "<=" | ">" | ">="), (left, right)):
                pair = self._compared(node, operator, left, right)
                if isinstance(pair, bool):
                    return Constant((), pair)
                operands = pair
            case "if", (condition, then, otherwise):
                operands = self._choice(node, _condition(condition), then, otherwise)
            case _ if operator in _LOGIC:
                operands = [_condition(argument) for argument in arguments]
            case _:
                operands = [_number(argument) for argument in arguments]
        return None if operands is None else self._built(node, operator, operands)

    def _built(self, node: SOp, operator: str, operands: Sequence[SOp]) -> SOp | None:
        rule = OPERATORS[operator]
        if rule.result(*(element_of(operand.type) for operand in operands)) is None:
            found = " and ".join(map(in_words, operands))
            self._fault(node, f"{operator!r} expects {rule.expects}, found {found}")
            return None
        known = [operand.value for operand in operands if isinstance(operand, Constant)]
        if len(known) < len(operands):
            if (same := _unchanged(operator, operands)) is not None:
                return same
            built = Elementwise(tuple(operands), operator)
            if operator == "if" and not self.undefined.isdisjoint(operands):
                self.undefined.add(built)
            return built
        try:
            return Constant((), rule.apply(*known))
        except ZeroDivisionError:
            self._fault(node, "division by zero")
        except TypeError as error:
            self._fault(node, str(error))
        return None

    def _compared(self, node: SOp, symbol: str, left: SOp, right: SOp) -> tuple[SOp, SOp] | bool | None:
        """Both sides of a comparison as one kind, or what it comes to where they never are."""
        kinds = element_of(left.type), element_of(right.type)
        n_booleans = sum(isinstance(kind, Bool) for kind in kinds)
        if any(isinstance(kind, Int | Real) for kind in kinds) or (n_booleans == 2 and symbol in _ORDERED):
            left, right = _number(left), _number(right)
        if hull([element_of(left.type), element_of(right.type)]) is not None:
            return left, right
        if symbol in _ORDERED:
            found = " and ".join(map(in_words, (left, right)))
            self._fault(node, f"{symbol!r} expects {OPERATORS[symbol].expects}, found {found}")
            return None
        if not self.undefined.isdisjoint((left, right)):
            message = "an aggregate of tokens answers 0 where nothing is selected, which is compared here"
            self._fault(node, message, _NO_TOKEN)
            return None
        return symbol == "!="

    def _choice(self, node: SOp, condition: SOp, then: SOp, otherwise: SOp) -> Sequence[SOp] | None:
        if hull([element_of(then.type), element_of(otherwise.type)]) is not None:
            return condition, then, otherwise
        numbers = _number(then), _number(otherwise)
        if hull([element_of(number.type) for number in numbers]) is not None:
            return condition, *numbers
        found = f"{in_words(then)} and {in_words(otherwise)}"
        hint = "choose between two tokens or between two numbers"
        self._fault(node, f"'if' chooses between two values of one kind, found {found}", hint)
        return None

    # Aggregates and tables.

    def _aggregate(self, node: Aggregate, selector: SOp, values: SOp, default: SOp) -> SOp | None:
        is_undefined = values in self.undefined or default in self.undefined
        if hull([element_of(values.type), element_of(default.type)]) is None:
            match element_of(values.type), default:
                case Token(), Constant(value=0) if node in self.uses.tested:
                    default = Constant((), "")
                case Token(), Constant(value=0):
                    built = Aggregate((selector, values), node.operator)
                    self.undefined.add(built)
                    return built
                case Bool(), Constant(value=0 | 1 as value) if node not in self.uses.averaged:
                    default = Constant((), bool(value))
                case _:
                    values, default = _number(values), _number(default)
            if hull([element_of(values.type), element_of(default.type)]) is None:
                found = f"{in_words(default)}, where the values are {element_of(values.type)}"
                hint = "give it as third argument: aggregate(selector, values, default)"
                self._fault(node, f"expected a default of the values' kind, found {found}", hint)
                return None
        built = Aggregate((selector, values, default), node.operator)
        if is_undefined:
            self.undefined.add(built)
        return built

    def _lookup(self, node: Lookup, keys: Sequence[SOp]) -> SOp | None:
        columns = zip(*(entry for entry, _ in node.entries), strict=True)
        pairs = zip(keys, columns, strict=True)
        keys = [key if any(isinstance(value, bool) for value in column) else _number(key) for key, column in pairs]
        for place, key in enumerate(keys):
            if all(_is_never(key, entry[place]) for entry, _ in node.entries):
                self._fault(node, f"the table has no entry for a key of {element_of(key.type)}")
                return None
        known = tuple(key.value for key in keys if isinstance(key, Constant))
        if len(known) < len(keys):
            return replace(node, arguments=tuple(keys))
        answers = dict(node.entries)
        if known not in answers:
            self._fault(node, f"the table has no entry for {', '.join(map(in_words, keys))}")
            return None
        return Constant((), answers[known])


def _number(node: SOp) -> SOp:
    """A boolean as 0 or 1."""
    if isinstance(node.type, Selector) or not isinstance(element_of(node.type), Bool):
        return node
    return Constant((), int(bool(node.value))) if isinstance(node, Constant) else Elementwise((node,), "indicator")


def _condition(node: SOp) -> SOp:
    """A number or a token as whether it is not 0 or empty."""
    kind = element_of(node.type)
    if isinstance(node, Constant):
        return _TRUE if node.value else _FALSE
    if isinstance(kind, Bool | Unknown):
        return node
    return Elementwise((node, Constant((), "" if isinstance(kind, Token) else 0)), "!=")


def _unchanged(operator: str, operands: Sequence[SOp]) -> SOp | None:
    """The operand that `False or` and `True and` leave as it is, if there is one."""
    match operator, operands:
        case ("or", (Constant(value=False), other) | (other, Constant(value=False))) | (
            "and",
            (Constant(value=True), other) | (other, Constant(value=True)),
        ) if isinstance(element_of(other.type), Bool):
            return other
    return None


def _is_never(key: SOp, value: Value) -> bool:
    """Whether an s-op cannot take the value of a table's key; a boolean equals 0 or 1 there."""
    counted = int(value) if isinstance(value, bool) else value
    return all(fit(constant_type(one), element_of(key.type)) is Fit.NEVER for one in (value, counted))
