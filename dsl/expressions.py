"""Expressions of the syntax tree to nodes of the graph, with their types.

Every method returns None where a fault was noted, and None in gives None out in silence: one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..errors import Span
from . import tree
from .builtins import BUILTINS
from .environment import CellName, EntryName, Environment, FunctionName, Record, Variable
from .graph import (
    CellCall,
    Constant,
    Elementwise,
    Indices,
    Input,
    Length,
    Reduce,
    SelectorLogic,
    SOp,
    substituted,
)
from .operands import Operands, in_words
from .program import CallSite, Function
from .types import Bool, Int, Real, Selector, Seq, Token, Unknown, element_of, hull, is_numeric

__all__ = ["Expressions", "body_of"]

_INPUTS: dict[str, Mapping[str, SOp]] = {
    "cell": {"tokens": Input((), "tokens", Seq(Unknown()), "tokens")},
    "rasp": {
        "tokens": Input((), "tokens", Seq(Unknown()), "tokens"),
        "tokens_str": Input((), "tokens_str", Seq(Token()), "tokens_str"),
        "tokens_int": Input((), "tokens_int", Seq(Int()), "tokens_int"),
        "tokens_float": Input((), "tokens_float", Seq(Real()), "tokens_float"),
    },
}
_POSITIONS: Mapping[str, SOp] = {"indices": Indices(), "length": Length()}

# A level costs up to eight frames of Python's own stack, which holds a thousand.
_DEEPEST = 80


class Expressions(Operands):
    """Turns expressions into nodes."""

    def node(self, expression: tree.Expr) -> SOp | None:
        """The node that an expression means; chains of operators and of choices may be of any length."""
        if self.record.depth == _DEEPEST:
            self.record.fault("the expression is nested too deeply", expression.span, "name its parts")
            return None
        self.record.depth += 1
        *chain, innermost = self._chain_of(expression)
        built = self._placed(self._build(innermost), innermost)
        for outer in reversed(chain):
            built = self._placed(self._continued(outer, built), outer)
        self.record.depth -= 1
        return built

    def is_known(self, name: str) -> bool:
        """Whether the name means anything here: a function of the program, of every program, or an s-op."""
        return name in {*self.environment.names, *BUILTINS, *_POSITIONS, *_INPUTS[self.environment.dialect]}

    def _builtins(self) -> set[str]:
        return set(BUILTINS)

    def _placed(self, node: SOp | None, expression: tree.Expr) -> SOp | None:
        return node and self.record.place(node, expression.span)

    def _chain_of(self, expression: tree.Expr) -> Iterator[tree.Expr]:
        """An expression, the one that it continues, and so on inwards, on the side where chains grow."""
        while True:
            yield expression
            match expression:
                case tree.Binary(left=inner):
                    expression = inner
                case tree.Conditional(then, _, otherwise):
                    expression = otherwise if self.environment.dialect == "cell" else then
                case _:
                    return

    def _continued(self, outer: tree.Expr, built: SOp | None) -> SOp | None:
        """An expression of a chain, its inner one built."""
        match outer:
            case tree.Binary("and" | "or" as operator, _, right):
                return self._logic(operator, built, self.node(right), outer.span)
            case tree.Binary(operator, _, right):
                symbol = "%" if operator == "mod" else operator
                return self.elementwise(symbol, (built, self.node(right)), outer.span)
            case tree.Conditional(then, condition, otherwise):
                chosen = self.node(condition)
                if self.environment.dialect == "cell":
                    return self._choice(chosen, self.node(then), built, outer)
                return self._choice(chosen, built, self.node(otherwise), outer)
        raise AssertionError(f"an unforeseen chain: {type(outer).__name__}")

    def _choice(
        self, condition: SOp | None, then: SOp | None, otherwise: SOp | None, place: tree.Conditional
    ) -> SOp | None:
        if condition is None or then is None or otherwise is None:
            return None
        scalars = not any(isinstance(node.type, Selector) for node in (condition, then, otherwise))
        strict = self.environment.dialect == "cell" and scalars
        if strict and not isinstance(element_of(condition.type), Bool | Unknown):
            hint = "compare it, as in x > 0"
            self.record.fault(
                f"the condition of 'if' is a boolean, found {in_words(condition)}", place.condition.span, hint
            )
            return None
        if strict and hull([element_of(then.type), element_of(otherwise.type)]) is None:
            found = f"{in_words(then)} and {in_words(otherwise)}"
            self.record.fault(f"'if' chooses between two values of one kind, found {found}", place.span)
            return None
        return self.elementwise("if", (condition, then, otherwise), place.span)

    def _build(self, expression: tree.Expr) -> SOp | None:
        match expression:
            case tree.Number(value) | tree.Text(value) | tree.Boolean(value):
                return Constant((), value)
            case tree.Name(name, span):
                return self._name(name, span)
            case tree.Unary(operator, operand):
                return self._unary(operator, self.node(operand), expression.span)
            case tree.Chain():
                return self._chain(expression)
            case tree.Call():
                return self._call(expression)
            case tree.ListOf(_, span):
                self.record.fault("a list stands only after 'in'", span, "write `x in [1, 2]`")
                return None
        raise AssertionError(f"an unforeseen expression: {type(expression).__name__}")

    def _name(self, name: str, span: Span) -> SOp | None:
        match self.environment.names.get(name):
            case Variable(node):
                return node
            case FunctionName() | CellName():
                self._uncalled(name, span)
                return None
            case EntryName():
                self._entered(name, span)
                return None
        known = {**_POSITIONS, **_INPUTS[self.environment.dialect]}
        if name in known:
            return known[name]
        if name in BUILTINS:
            self._uncalled(name, span)
            return None
        self.record.unknown("name", name, {*self.environment.names, *known}, span)
        return None

    def _uncalled(self, name: str, span: Span) -> None:
        self.record.fault(f"{name!r} is a function, found where an s-op is expected", span, f"call it: {name}(…)")

    def _entered(self, name: str, span: Span) -> None:
        hint = f"to call it too, write it as def {name}(…) {{ return …; }}"
        self.record.fault(f"{name!r} is an entry point, which runs from outside", span, hint)

    def _unary(self, operator: str, operand: SOp | None, span: Span) -> SOp | None:
        if operand is None:
            return None
        if operator == "not":
            if isinstance(operand.type, Selector):
                return SelectorLogic((operand,), "not")
            return self.elementwise("not", (operand,), span)
        if isinstance(operand, Constant) and is_numeric(operand.type):
            return Constant((), -operand.value if operator == "-" else operand.value)  # type: ignore[operator]
        return self.elementwise("negate", (operand,), span) if operator == "-" else operand

    def _logic(self, operator: str, left: SOp | None, right: SOp | None, span: Span) -> SOp | None:
        if left is None or right is None:
            return None
        kinds = [isinstance(side.type, Selector) for side in (left, right)]
        if all(kinds):
            return SelectorLogic((left, right), operator)
        if any(kinds):
            found = " and ".join(map(in_words, (left, right)))
            self.record.fault(f"{operator!r} joins two selectors or two booleans, found {found}", span)
            return None
        return self.elementwise(operator, (left, right), span)

    def _chain(self, chain: tree.Chain) -> SOp | None:
        links = zip(chain.operands, chain.operators, chain.operands[1:], strict=False)
        pairs = [self._comparison(left, operator, right, chain.span) for left, operator, right in links]
        whole = pairs[0]
        for pair in pairs[1:]:
            whole = self.elementwise("and", (whole, pair), chain.span)
        return whole

    def _comparison(self, left: tree.Expr, operator: str, right: tree.Expr, span: Span) -> SOp | None:
        if operator not in ("in", "not in"):
            return self.elementwise(operator, (self.node(left), self.node(right)), span)
        found = self._membership(self.node(left), right, span)
        return self.elementwise("not", (found,), span) if operator == "not in" else found

    def _membership(self, value: SOp | None, container: tree.Expr, span: Span) -> SOp | None:
        """`value in […]` is a disjunction of equalities; `value in sequence` asks all its positions."""
        if isinstance(container, tree.ListOf):
            found: SOp | None = Constant((), False)
            for item in container.items:
                equal = self.elementwise("==", (value, self.node(item)), span)
                found = equal if found == Constant((), False) else self.elementwise("or", (found, equal), span)
            return found
        sequence = self.node(container)
        if sequence is not None and not isinstance(sequence.type, Seq):
            self.record.fault(f"'in' expects a list or a sequence, found {in_words(sequence)}", container.span)
            return None
        equal = self.elementwise("==", (value, sequence), span)
        return equal and Elementwise((Reduce((equal,), "count"), Constant((), 0)), ">")

    def _call(self, call: tree.Call) -> SOp | None:
        match self.environment.names.get(call.function):
            case FunctionName() as function:
                arguments = self.arguments(call, [parameter.name for parameter in function.definition.parameters])
                return None if arguments is None else self._apply_function(function, arguments, call)
            case CellName(signature) as cell:
                arguments = self.arguments(call, [port.name for port in signature.inputs])
                return None if arguments is None else self._apply_cell(cell, arguments, call)
            case EntryName():
                self._entered(call.function, call.function_span)
                return None
            case Variable(node):
                if node is not None:
                    self.record.fault(f"{call.function!r} is an s-op, not a function", call.function_span)
                return None
        builtin = BUILTINS.get(call.function)
        if builtin is None and call.function in {**_POSITIONS, **_INPUTS[self.environment.dialect]}:
            self.record.fault(f"{call.function!r} is an s-op, not a function", call.function_span)
            return None
        if builtin is None:
            self.record.unknown("function", call.function, self.functions(), call.function_span)
            return None
        return builtin(self, call)

    def _apply_function(self, function: FunctionName, arguments: Sequence[SOp], call: tree.Call) -> SOp | None:
        """The function's body on these arguments; its own obligations stay with it if it was checked by itself."""
        definition, checked = function.definition, function.checked
        if checked is not None:
            return self._apply_checked(checked, arguments, call)
        if any(parameter.type for parameter in definition.parameters):
            return None  # its definition has a fault
        names = [parameter.name for parameter in definition.parameters]
        bound = {name: Variable(node) for name, node in zip(names, arguments, strict=True)}
        return body_of(definition, function.home.with_names(bound), self.record)

    def _apply_checked(self, function: Function, arguments: Sequence[SOp], call: tree.Call) -> SOp | None:
        fitted = [
            self.record.fitted(node, parameter.type, place.span, f"{function.name}.{parameter.name}")
            for node, parameter, place in zip(arguments, function.parameters, call.arguments, strict=True)
        ]
        known = tuple(node for node in fitted if node is not None)
        if len(known) < len(fitted):
            return None
        values: dict[SOp, SOp] = dict(zip(function.parameters, known, strict=True))
        moved = substituted(function.result, values)
        self._carry_places(moved, known, call.span)
        result = moved[function.result]
        self.record.frame.calls.append(CallSite(function, known, result, call.span))
        return result

    def _carry_places(self, moved: Mapping[SOp, SOp], arguments: Sequence[SOp], span: Span) -> None:
        """Let the nodes of an inlined body keep the places and names of its own text."""
        self.record.count(len(moved), span)
        for node, copy in moved.items():
            self.record.spans.setdefault(copy, self.record.spans.get(node, span))
            if node in self.record.names and copy not in arguments:
                self.record.names.setdefault(copy, self.record.names[node])

    def _apply_cell(self, cell: CellName, arguments: Sequence[SOp], call: tree.Call) -> SOp | None:
        ports = cell.signature.inputs
        wires = [f"{call.function}.{port.name}" for port in ports]
        fitted: list[SOp] = []
        for node, port, wire, place in zip(arguments, ports, wires, call.arguments, strict=True):
            type_ = Seq(element_of(port.type)) if isinstance(node.type, Seq) else port.type
            node_fitted = self.record.fitted(node, type_, place.span, wire)
            if node_fitted is None:
                return None
            fitted.append(node_fitted)
        return CellCall(tuple(fitted), cell.signature, cell.meaning)


def body_of(definition: tree.Definition, environment: Environment, record: Record) -> SOp | None:
    """The result of a definition's body in an environment that holds its parameters."""
    for statement in definition.body:
        if isinstance(statement, tree.Definition):
            environment = environment.with_names({statement.name: FunctionName(statement, environment, None)})
            continue
        node = Expressions(environment, record).node(statement.value)
        if node is not None:
            record.names.setdefault(node, statement.name)
        environment = environment.with_names({statement.name: Variable(node)})
    return Expressions(environment, record).node(definition.result)
