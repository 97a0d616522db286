"""Expressions of the syntax tree to what they mean: nodes of the graph, lists, tables, functions.

Every method returns None where a fault was noted, and None in gives None out in silence: one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ...errors import Span
from ..graph import Constant, SelectorLogic, SOp
from ..syntax import tree
from ..types import Bool, Selector, Seq, Unknown, element_of, hull, is_numeric
from .builtins import BUILTINS, SOPS
from .calls import applied, pipe
from .environment import Callable, CellName, Composed, FunctionName, Listed, Meaning, Table
from .lists import concatenated, indexed, listed, repeated
from .literals import comprehension_of, table_of
from .membership import membership
from .operands import Operands, in_words
from .plain_values import compared, is_collection, truth, width_function
from .quantifiers import quantified

__all__ = ["Expressions"]

# A level costs up to a dozen frames of Python's own stack, for which `check` makes room.
_DEEPEST = 400


class Expressions(Operands):
    """Turns expressions into what they mean."""

    def value(self, expression: tree.Expr) -> Meaning | None:
        """What an expression means; chains of operators and of choices may be of any length."""
        if self.record.depth == _DEEPEST:
            self.record.fault("the expression is nested too deeply", expression.span, "name its parts")
            return None
        self.record.depth += 1
        self.record.step(expression.span)
        *chain, innermost = self._chain_of(expression)
        built = self._placed(self._build(innermost), innermost)
        for outer in reversed(chain):
            built = self._placed(self._continued(outer, built), outer)
        self.record.depth -= 1
        return built

    def apply(
        self, function: Callable, arguments: Sequence[Meaning], call: tree.Call, *, lifted: bool = False
    ) -> Meaning | None:
        """A function, cell or table applied to what its arguments mean."""
        return applied(self, function, arguments, call, lifted=lifted)

    def is_known(self, name: str) -> bool:
        """Whether the name means anything here: to the program, or to every program."""
        return self.environment.knows(name) or name in BUILTINS[self._dialect] or name in SOPS[self._dialect]

    def functions(self) -> set[str]:
        """The names that can be called."""
        known = self.environment.known().items()
        callable_ = FunctionName | CellName | Composed
        return {name for name, meaning in known if isinstance(meaning, callable_)} | set(BUILTINS[self._dialect])

    @property
    def _dialect(self) -> str:
        return self.environment.dialect

    def _placed(self, meaning: Meaning | None, expression: tree.Expr) -> Meaning | None:
        if meaning is not None and not self.is_strict:
            self.environment.names["out"] = meaning
        return self.record.place(meaning, expression.span) if isinstance(meaning, SOp) else meaning

    def _chain_of(self, expression: tree.Expr) -> Iterator[tree.Expr]:
        """An expression, the one that it continues, and so on inwards, on the side where chains grow."""
        while True:
            yield expression
            match expression:
                case tree.Binary(left=inner):
                    expression = inner
                case tree.Conditional(otherwise=otherwise):
                    # A RASP choice by a constant leaves the other branch unread, so that functions may call themselves.
                    if not self.is_strict:
                        return
                    expression = otherwise
                case _:
                    return

    def _continued(self, outer: tree.Expr, built: Meaning | None) -> Meaning | None:
        """An expression of a chain, its inner one built."""
        match outer:
            case tree.Binary(">>", left, right):
                return self._piped(left, built, right, outer.span)
            case tree.Binary(operator, left, right):
                return self._binary(operator, (left, built), (right, self.value(right)), outer.span)
            case tree.Conditional(then, condition, _):
                return self._choice(self.node(condition), self.node(then), self.as_node(built, outer.otherwise), outer)
        raise AssertionError(f"an unforeseen chain: {type(outer).__name__}")

    def _build(self, expression: tree.Expr) -> Meaning | None:
        match expression:
            case tree.Number(value) | tree.Text(value) | tree.Boolean(value):
                return Constant((), value)
            case tree.Name(name, span):
                return self._name(name, span)
            case tree.Unary(operator, operand):
                meaning = self.value(operand)
                if operator == "not" and not self.is_strict and is_collection(meaning):
                    return Constant((), not truth(meaning))
                return self._unary(operator, self.as_node(meaning, operand), expression.span)
            case tree.Chain():
                return self._chain(expression)
            case tree.Call():
                return self._call(expression)
            case tree.Index(container):
                found = self.value(container)
                return None if found is None else indexed(self, found, expression)
            case tree.ListOf(items, span):
                return listed(self, [self.value(item) for item in items], span)
            case tree.TableOf():
                return table_of(self, expression)
            case tree.Comprehension():
                return comprehension_of(self, expression)
            case tree.Quantifier():
                return quantified(self, expression)
            case tree.Conditional():
                return self._loose_choice(expression)
        raise AssertionError(f"an unforeseen expression: {type(expression).__name__}")

    def _name(self, name: str, span: Span) -> Meaning | None:
        try:
            return self.environment.find(name)
        except KeyError:
            pass
        sops = SOPS[self._dialect]
        if name in sops:
            return sops[name]
        if name == "selector_width" and not self.is_strict:
            return width_function(self.environment.outermost)
        if name in BUILTINS[self._dialect]:
            hint = f"call it: {name}(…)"
            self.record.fault(f"{name!r} is a function, found where an s-op is expected", span, hint)
            return None
        known = {*self.environment.known(), *sops, *BUILTINS[self._dialect]}
        self.record.unknown("name", name, known, span, self._dialect)
        return None

    # Operators.

    def _unary(self, operator: str, operand: SOp | None, span: Span) -> SOp | None:
        if operand is None:
            return None
        if operator == "not":
            if isinstance(operand.type, Selector):
                return SelectorLogic((operand,), "not")
            return self.elementwise("not", (operand,), span)
        if operator == "+" and is_numeric(operand.type):
            return operand
        is_value = not isinstance(operand.type, Selector)
        if operator == "+" and not self.is_strict and is_value and isinstance(element_of(operand.type), Bool):
            return self.elementwise("+", (operand, Constant((), 0)), span)
        return self.elementwise("negate", (operand,), span)

    def _binary(
        self,
        operator: str,
        left: tuple[tree.Expr, Meaning | None],
        right: tuple[tree.Expr, Meaning | None],
        span: Span,
    ) -> Meaning | None:
        if left[1] is None or right[1] is None:
            return None
        if operator == "+" and (isinstance(left[1], Listed) or isinstance(right[1], Listed)):
            return concatenated(self, left[1], right[1], span)
        if not self.is_strict and (is_collection(left[1]) or is_collection(right[1])):
            if operator == "*" and (isinstance(left[1], Listed) or isinstance(right[1], Listed)):
                return repeated(self, left[1], right[1], span)
            known = truth(left[1])
            if operator in ("and", "or") and known is not None and truth(right[1]) is not None:
                return right[1] if known is (operator == "and") else left[1]
        first, second = (self.as_node(meaning, expression) for expression, meaning in (left, right))
        if operator == "implies":
            return self._logic("or", self._unary("not", first, left[0].span), second, span)
        if operator in ("and", "or"):
            return self._logic(operator, first, second, span)
        return self.elementwise("%" if operator == "mod" else operator, (first, second), span)

    def _logic(self, operator: str, left: SOp | None, right: SOp | None, span: Span) -> SOp | None:
        if left is None or right is None:
            return None
        kinds = [isinstance(side.type, Selector) for side in (left, right)]
        if all(kinds):
            return SelectorLogic((left, right), operator)
        if any(kinds):
            found = " and ".join(map(in_words, (left, right)))
            hint = "make a selector of the booleans: select(condition, True, ==)"
            self.record.fault(f"{operator!r} joins two selectors or two booleans, found {found}", span, hint)
            return None
        if not self.is_strict and isinstance(left, Constant) and isinstance(right, Constant):
            # Of two plain values the original RASP takes the one that decides, as Python does.
            return right if bool(left.value) is (operator == "and") else left
        return self.elementwise(operator, (left, right), span)

    def _choice(
        self, condition: SOp | None, then: SOp | None, otherwise: SOp | None, place: tree.Conditional
    ) -> SOp | None:
        if condition is None or then is None or otherwise is None:
            return None
        scalars = not any(isinstance(node.type, Selector) for node in (condition, then, otherwise))
        strict = self.is_strict and scalars
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

    def _loose_choice(self, choice: tree.Conditional) -> Meaning | None:
        """A choice of the original RASP: by a plain value it takes one branch, whatever that means."""
        meaning = self.value(choice.condition)
        known = truth(meaning)
        if known is not None:
            return self.value(choice.then if known else choice.otherwise)
        condition = self.as_node(meaning, choice.condition)
        return self._choice(condition, self.node(choice.then), self.node(choice.otherwise), choice)

    def _chain(self, chain: tree.Chain) -> SOp | None:
        links = zip(chain.operands, chain.operators, chain.operands[1:], strict=False)
        pairs = [self._comparison(left, operator, right, chain.span) for left, operator, right in links]
        whole = pairs[0]
        for pair in pairs[1:]:
            whole = self.elementwise("and", (whole, pair), chain.span)
        return whole

    def _comparison(self, left: tree.Expr, operator: str, right: tree.Expr, span: Span) -> SOp | None:
        if operator not in ("in", "not in"):
            first, second = self.value(left), self.value(right)
            if not self.is_strict and first and second and (is_collection(first) or is_collection(second)):
                return compared(self, operator, first, second, span)
            return self.elementwise(operator, (self.as_node(first, left), self.as_node(second, right)), span)
        found = membership(self, self.node(left), right, span)
        return self.elementwise("not", (found,), span) if operator == "not in" else found

    # Calls.

    def _call(self, call: tree.Call) -> Meaning | None:
        name = call.function.name if isinstance(call.function, tree.Name) else None
        builtin = BUILTINS[self._dialect].get(name or "")
        # In the original RASP these words are the language's own, whatever a variable is called.
        if builtin and (not self.environment.knows(call.name) or (not self.is_strict and name in _KEYWORD_CALLS)):
            return builtin.build(self, call)
        if name and not self.is_known(name):
            self.record.unknown("function", name, self.functions(), call.function.span, self._dialect)
            return None
        function = self.value(call.function)
        match function:
            case None:
                return None
            case FunctionName() | CellName() | Composed():
                return self._apply_written(function, call)
            case SOp() if not self.is_strict and not isinstance(function, Constant):
                self._example(function, call)
                return None
            case _:
                what = f"{call.name!r} is" if name else "this is"
                words = (
                    "an s-op"
                    if isinstance(function, SOp) and not isinstance(function, Constant)
                    else in_words(function)
                )
                piped = call.arguments and isinstance(call.arguments[0], tree.Name) and call.arguments[0].name[0] == " "
                hint = "a function stands behind '>>'" if piped else _reading(function, name)
                self.record.fault(f"{what} {words}, not a function", call.function.span, hint)
                return None

    def _apply_written(self, function: FunctionName | CellName | Composed, call: tree.Call) -> Meaning | None:
        """A call as written: arguments are put in the parameters' order, defaults in the places left open."""
        match function:
            case CellName(signature):
                written = self.in_order(call, [port.name for port in signature.inputs])
                arguments = None if written is None else [self.argument(one, "input") for one in written]
            case FunctionName(definition):
                return self._apply_definition(function, definition, call)
            case Composed():
                written = self.in_order(call, ("input",))
                arguments = None if written is None else [self.argument(one, "input") for one in written]
        if arguments is None or None in arguments:
            return None
        return self.apply(function, [argument for argument in arguments if argument is not None], call)

    def _apply_definition(self, function: FunctionName, definition: tree.Definition, call: tree.Call) -> Meaning | None:
        parameters = definition.parameters
        names = [parameter.name for parameter in parameters]
        slots = self.slots(call, names)
        if slots is None:
            return None
        if any(slot is None and parameter.default is None for slot, parameter in zip(slots, parameters, strict=True)):
            self.wrong_count(call, names, sum(parameter.default is not None for parameter in parameters))
            return None
        given: list[Meaning | None] = []
        at_home = type(self)(function.home, self.record)
        for slot, parameter in zip(slots, parameters, strict=True):
            reader = self if slot else at_home
            expression = self.expression(slot, f"an s-op for the {parameter.name}") if slot else parameter.default
            given.append(None if expression is None else reader.value(expression))
        known = [meaning for meaning in given if meaning is not None]
        return self.apply(function, known, call) if len(known) == len(given) else None

    def _example(self, sop: SOp, call: tree.Call) -> None:
        """`s-op(example)` shows a value, and is none itself."""
        if call is not self.record.shown:
            hint = f"let it stand by itself: {call.span.first_line};"
            self.record.fault("an s-op applied to an example is shown, not kept", call.span, hint)
            return
        for argument in call.arguments:
            expression = self.expression(argument, "an example")
            if expression is not None:
                self.value(expression)
        if len(call.arguments) != 1:
            self.record.fault(f"{call.name!r} is applied to one example, found {len(call.arguments)}", call.span)

    def _piped(self, left: tree.Expr, piped: Meaning | None, stage: tree.Expr, span: Span) -> Meaning | None:
        """`x >> f` and `x >> f(y)` are `f(x)` and `f(x, y)`; of functions, `f >> g` is first f, then g."""
        starts = isinstance(piped, FunctionName | CellName | Composed)
        if piped is None:
            return None
        if starts:
            before = piped.stages if isinstance(piped, Composed) else (left,)
            return Composed((*before, stage), self.environment.snapshot())
        return pipe(self, piped, left.span, stage, span)


def _reading(meaning: Meaning, name: str | None) -> str | None:
    """What to write where something that is no function is called."""
    match meaning:
        case Table():
            return "read one entry with brackets: table[key]"
        case Listed():
            return "read one element with brackets: list[0]"
        case Constant(value=int() | Fraction()):
            return "multiply with '*'"
        case SOp() if isinstance(meaning.type, Seq):
            return f"read one position with brackets: {name or 'xs'}[0]"
    return None


_KEYWORD_CALLS = ("select", "aggregate", "range", "zip", "len", "round", "indicator")
