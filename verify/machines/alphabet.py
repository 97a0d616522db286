"""The items of a machine in classes: two items that no step tells apart are one.

Where there are few items each is looked at. Where there is no end of them, but a step sees no more of an item than
conditions, the solver is asked for an item of each combination of these. That no class is missing is not relied on: a
proof that was found with classes is about all items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import z3

from ...dsl.graph import Constant, Input, SOp, inputs_of, topological
from ...dsl.operators import exact
from ...dsl.types import Bool, Element, Int, Real, Token, Value, element_of
from ...errors import VerificationError
from ...runtime.evaluate import evaluate
from ..encoding.codes import Codes
from ..solver import Solver
from ..terms import as_term, fresh, tokens_in, within
from .expressions import neutral
from .machine import Machine, Undefined, compiled
from .scalars import Scalars

__all__ = ["ItemClasses", "domain_of", "exact_values", "item_classes"]

_MOST_ITEMS, _MOST_CLASSES = 4096, 256


@dataclass(frozen=True, slots=True)
class ItemClasses:
    """Items that a step can tell apart: of each class what is seen of it, and one item.

    `seen` are the largest parts of a step that depend on the items alone; `members` their values, and the item.
    """

    seen: tuple[SOp, ...]
    members: tuple[tuple[tuple[Value, ...], tuple[Value, ...]], ...]


def item_classes(machine: Machine, steps: int) -> ItemClasses | str:
    """The items that a step can tell apart, of each the smallest; or why there are too many."""
    seen = _seen(machine)
    used = set(inputs_of(seen))
    domains = [
        domain_of(element_of(item.type)) if item in used else (neutral(element_of(item.type)).value,)
        for item in machine.items
    ]
    known = [domain for domain in domains if domain is not None]
    if len(known) == len(domains) and prod(map(len, known)) <= _MOST_ITEMS:
        members: dict[tuple[Value, ...], tuple[Value, ...]] = {}
        see = compiled(seen, machine.items)
        for item in product(*known):
            try:
                members.setdefault(tuple(see(item)), item)
            except Undefined:
                continue
        return ItemClasses(seen, tuple(members.items()))
    return _solved_classes(machine, seen, steps)


def _seen(machine: Machine) -> tuple[SOp, ...]:
    """The largest parts of a step that depend on the items alone."""
    roots = [*(variable.next for variable in machine.variables), *machine.assumed]
    items = set(machine.items)
    nodes = topological(roots)
    of_items: dict[SOp, bool] = {}
    for node in nodes:
        parts = [of_items[argument] for argument in node.arguments if not isinstance(argument, Constant)]
        of_items[node] = node in items or (bool(parts) and all(parts))
    read = [argument for node in nodes if not of_items[node] for argument in node.arguments]
    return tuple(dict.fromkeys(node for node in (*read, *roots) if of_items[node]))


def _solved_classes(machine: Machine, seen: tuple[SOp, ...], steps: int) -> ItemClasses | str:
    """The same where there is no end of items, but steps see no more than conditions of them: asked of the solver."""
    if not all(isinstance(element_of(node.type), Bool) for node in seen):
        return "there are too many items that a step can tell apart"
    codes = Codes(tokens_in([*seen, *machine.items]))
    terms = {item.key: fresh(element_of(item.type), item.key) for item in machine.items}
    algebra = Scalars(codes)
    values = evaluate(seen, algebra, 0, terms)
    conditions = [as_term(values[node]) for node in seen]
    solver = Solver(steps)
    solver.add(*(within(element_of(item.type), terms[item.key], codes) for item in machine.items))
    members: list[tuple[tuple[Value, ...], tuple[Value, ...]]] = []
    while (answer := solver.check()) == z3.sat and len(members) <= _MOST_CLASSES:
        model = solver.model()
        truths = [z3.is_true(model.eval(condition, model_completion=True)) for condition in conditions]
        is_this = z3.And([condition == truth for condition, truth in zip(conditions, truths, strict=True)])
        members.append((tuple(truths), _smallest(machine.items, terms, solver, is_this, codes)))
        solver.add(z3.Not(is_this))
    if answer != z3.unsat:
        return "there are too many items that a step can tell apart"
    return ItemClasses(seen, tuple(members))


def _smallest(
    items: Sequence[Input], terms: Mapping[str, Any], solver: Any, is_this: Any, codes: Codes
) -> tuple[Value, ...]:
    """An item of a class, each value one of the smallest where there is one."""
    solver.push()
    solver.add(is_this)
    for item in items:
        for value in _SMALL.get(type(element_of(item.type)), ()):
            if solver.check(terms[item.key] == as_term(value)) == z3.sat:
                solver.add(terms[item.key] == as_term(value))
                break
    solver.check()
    model = solver.model()
    solver.pop()
    return exact_values(model, [(terms[item.key], element_of(item.type)) for item in items], codes)


_SMALL: Mapping[type, Sequence[Any]] = {Int: range(4), Real: range(2), Bool: (False, True)}


def exact_values(model: Any, terms: Sequence[tuple[Any, Element]], codes: Codes) -> tuple[Value, ...]:
    """The values that a model gives terms of some types; of open types words in the order of their numbers.

    Raises:
        VerificationError: if some number stands for no token of its type, or too few words were tried to find one.
    """
    numbers = [_exact_number(model, term) for term, _ in terms]
    words = codes.tokens([number for number, (_, element) in zip(numbers, terms, strict=True) if _is_open(element)])
    if words is None:
        raise VerificationError("there are too few short words between those that the program names")
    return tuple(_value(number, element, words, codes) for number, (_, element) in zip(numbers, terms, strict=True))


def _value(number: Any, element: Element, words: Mapping[Any, str], codes: Codes) -> Value:
    match element:
        case Token(None):
            return words[number]
        case Token(tuple() as vocabulary):
            known = {codes.code(token): token for token in vocabulary}
            if number not in known:
                raise VerificationError(f"no token of the type {element} has the number {number}")
            token: str = known[number]
            return token
    exactly: Value = number
    return exactly


def _is_open(element: Element) -> bool:
    return element == Token(None)


def _exact_number(model: Any, term: Any) -> Any:
    value = model.eval(as_term(term), model_completion=True)
    if z3.is_bool(value):
        return bool(z3.is_true(value))
    if z3.is_algebraic_value(value):
        value = value.approx(20)
    return exact(Fraction(value.as_fraction())) if z3.is_rational_value(value) else int(value.as_long())


def domain_of(element: Element) -> Sequence[Value] | None:
    """The values of a type, if they are few."""
    match element:
        case Bool():
            return (False, True)
        case Int(int() as low, int() as high) if high - low < _MOST_ITEMS:
            return range(low, high + 1)
        case Token(tuple() as vocabulary):
            return vocabulary
    return None
