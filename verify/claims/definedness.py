"""What a graph owes before it has an answer, as boolean scalar nodes.

1. A division owes a divisor that is not zero, an aggregate or an extreme something to choose from, a table an entry,
   a position a sequence that reaches so far, and a cell what its contract requires.
2. A quantifier owes what its body owes, for every value of its variable. The body is evaluated lazily: what stands
   behind a guard (`and`, `or`, `if`) is owed only where the guard lets it through.
3. A value that enters a port owes that it is of the port's type: a run stops where it is not.
4. A fold owes what its step owes, of every state that it passes through: the state before a position is what the
   same fold, running, has come to at the position before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from math import prod

from ...dsl.checking.contracts import read_contract
from ...dsl.graph import (
    DEFINED_WHEN_EMPTY,
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    SelectorWidth,
    SOp,
    substitute,
    topological,
)
from ...dsl.types import Bool, Element, Int, Seq, Token, Value, contains, element_of
from .conditions import all_of, any_of, compared, everywhere, implied, is_member, negated

__all__ = ["Ledger", "Owed", "at_every_step", "conditions_owed", "owed_by"]

_ZERO, _ONE = Constant((), 0), Constant((), 1)
_MOST_KEYS = 100_000


@dataclass(frozen=True, slots=True)
class Owed:
    """A condition under which a node has an answer.

    `kind` is that of the claim which it makes, `text` says it in words, `given` is what the node's own arguments owe,
    `bare` is the condition without the guards and the quantifiers around it, and `node` is what owes it.
    """

    kind: str
    text: str
    condition: SOp
    bare: SOp
    given: tuple[SOp, ...] = ()
    node: SOp | None = None

    def mapped(self, change: Callable[[SOp], SOp]) -> Owed:
        """The same of changed conditions."""
        return replace(self, condition=change(self.condition), given=tuple(map(change, self.given)))


def owed_by(roots: Iterable[SOp]) -> list[Owed]:
    """Everything that the nodes owe, what arguments owe before what the nodes that read them owe; each once."""
    return Ledger().owed_by(roots)


def conditions_owed(roots: Iterable[SOp]) -> tuple[SOp, ...]:
    """The conditions under which the nodes have answers."""
    return Ledger().conditions_owed(roots)


class Ledger:
    """What every node owes, by condition; of a graph that is evaluated lazily, behind its guards.

    What was found of a node is kept, so that a graph which is asked about again and again is walked once.
    """

    def __init__(self) -> None:
        self._entries: Mapping[bool, dict[SOp, Mapping[SOp, Owed]]] = {False: {}, True: {}}

    def owed_by(self, roots: Iterable[SOp]) -> list[Owed]:
        """As the function `owed_by`."""
        found: dict[SOp, Owed] = {}
        for root in roots:
            found = {**self._of(root, is_lazy=False), **found}
        return list(found.values())

    def conditions_owed(self, roots: Iterable[SOp]) -> tuple[SOp, ...]:
        """As the function `conditions_owed`."""
        return tuple(owed.condition for owed in self.owed_by(roots))

    def _of(self, root: SOp, *, is_lazy: bool) -> Mapping[SOp, Owed]:
        """What a graph owes."""
        entries = self._entries[is_lazy]
        for node in topological([root], entries):
            entries[node] = self._entry(node, is_lazy)
        return entries[root]

    def _entry(self, node: SOp, is_lazy: bool) -> Mapping[SOp, Owed]:
        found: dict[SOp, Owed] = {}
        for owed in self._of_arguments(node, is_lazy):
            found.setdefault(owed.condition, owed)
        given = tuple(found)
        for owed in (*self._of_inner_graph(node, is_lazy), *_own(node)):
            found.setdefault(owed.condition, replace(owed, given=(*given, *owed.given), node=owed.node or node))
        return found

    def _of_arguments(self, node: SOp, is_lazy: bool) -> Iterator[Owed]:
        guards = _guards(node) if is_lazy else {}
        for place, argument in enumerate(node.arguments):
            owed_there = self._entries[is_lazy][argument].values()
            guard = guards.get(place)
            yield from (owed.mapped(partial(implied, guard)) if guard else owed for owed in owed_there)

    def _of_inner_graph(self, node: SOp, is_lazy: bool) -> Iterator[Owed]:
        match node:
            case Quantified(body=body):
                inner = self._of(body, is_lazy=True).values()
                yield from (owed.mapped(lambda case: replace(node, operator="forall", body=case)) for owed in inner)
            case Fold(step=step):
                inner = self._of(step, is_lazy=is_lazy).values()
                yield from (owed.mapped(lambda case: at_every_step(node, case)) for owed in inner)


def _guards(node: SOp) -> Mapping[int, SOp]:
    """For each argument that a scalar node may do without, where it does not."""
    if isinstance(node, Elementwise) and not isinstance(node.type, Seq):
        first = node.arguments[0]
        match node.operator:
            case "and":
                return {1: first}
            case "or":
                return {1: negated(first)}
            case "if":
                return {1: first, 2: negated(first)}
    return {}


def at_every_step(fold: Fold, condition: SOp) -> SOp:
    """That a condition on a fold's state and items holds at every position, before the step is taken there."""
    *sequences, initial = fold.arguments
    state, *items = fold.parameters
    place = Input((), f"place.{fold.digest[:12]}", Int(0, None), "place")
    earlier = At((replace(fold, running=True), Elementwise((place, _ONE), "-")))
    before = Elementwise((compared(place, "==", 0), initial, earlier), "if")
    there: dict[SOp, SOp] = {item: At((elements, place)) for item, elements in zip(items, sequences, strict=True)}
    return Quantified((_ZERO, Length()), "forall", place, substitute(condition, {state: before, **there}))


def _own(node: SOp) -> Iterator[Owed]:
    """What a node itself owes, its arguments given."""
    match node:
        case Elementwise(operator="/" | "%", arguments=(_, divisor)) if contains(element_of(divisor.type), 0):
            yield _defined("the divisor is not zero", _where_applied(node, compared(divisor, "!=", 0)))
        case Aggregate():
            yield from _of_aggregate(node)
        case Ascribe(arguments=(value,), declared=declared):
            belongs = everywhere(is_member(value, element_of(declared), element_of(value.type)))
            yield Owed("wire", f"the value is {element_of(declared)}", belongs, belongs)
        case Lookup() if not _is_total(node):
            yield _defined("the table has an entry", _where_applied(node, _has_entry(node)))
        case Elementwise(operator="^", arguments=(base, exponent)):
            yield from _of_power(node, base, exponent)
        case At(arguments=(_, position)):
            ends = compared(position, "<", Length()), compared(position, ">=", Elementwise((Length(),), "negate"))
            whole = () if isinstance(element_of(position.type), Int) else (_is_whole(position),)
            yield _defined("the position is in the sequence", everywhere(all_of((*whole, *ends))))
        case Reduce(operator="min" | "max"):
            yield _defined("the sequence is not empty", compared(Length(), ">", 0))
        case CellCall():
            yield from _of_cell(node)


def _is_whole(number: SOp) -> SOp:
    return compared(Elementwise((number, _ONE), "%"), "==", 0)


def _of_power(node: SOp, base: SOp, exponent: SOp) -> Iterator[Owed]:
    found = element_of(exponent.type)
    if not isinstance(found, Int):
        yield _defined("the exponent is whole", _where_applied(node, _is_whole(exponent)))
    if (not isinstance(found, Int) or found.low is None or found.low < 0) and contains(element_of(base.type), 0):
        answers = any_of((compared(exponent, ">=", 0), compared(base, "!=", 0)))
        yield _defined("no negative power of zero", _where_applied(node, answers))


def _where_applied(node: SOp, condition: SOp) -> SOp:
    """A condition on the operands of an operator that is applied at every position; without positions it never is."""
    if isinstance(node.type, Seq) and not isinstance(condition.type, Seq):
        return any_of((compared(Length(), "==", 0), condition))
    return everywhere(condition)


def _defined(text: str, condition: SOp) -> Owed:
    return Owed("defined", text, condition, condition)


def _of_aggregate(node: Aggregate) -> Iterator[Owed]:
    selector, values, *default = node.arguments
    width = SelectorWidth((selector,))
    is_single = node.operator == "mean" and isinstance(element_of(values.type), Token | Bool)
    needs_some = not default and node.operator not in DEFINED_WHEN_EMPTY
    how_many = "exactly one" if needs_some else "at most one"
    if needs_some:
        yield _defined(
            f"the aggregate selects {how_many if is_single else 'some'} value", everywhere(compared(width, ">", 0))
        )
    if is_single:
        yield _defined(f"the aggregate selects {how_many} value", everywhere(compared(width, "<=", 1)))


def _of_cell(node: CellCall) -> Iterator[Owed]:
    contract = read_contract(node.cell)
    values: dict[SOp, SOp] = dict(zip(contract.ports, node.arguments, strict=True))
    for clause in contract.requires:
        condition = _where_applied(node, substitute(clause.condition, values))
        yield Owed("requires", f"{node.cell.name} requires {clause.text}", condition, condition)


def _is_total(node: Lookup) -> bool:
    """Whether the types say that every key is in the table."""
    domains = [_domain(element_of(argument.type)) for argument in node.arguments]
    known = [domain for domain in domains if domain is not None]
    if len(known) < len(domains) or prod(map(len, known)) > _MOST_KEYS:
        return False
    return set(product(*known)) <= {keys for keys, _ in node.entries}


def _domain(element: Element) -> range | tuple[Value, ...] | None:
    match element:
        case Bool():
            return (False, True)
        case Int(int() as low, int() as high):
            return range(low, high + 1)
        case Token(tuple() as vocabulary):
            return vocabulary
    return None


def _has_entry(node: Lookup) -> SOp:
    """That the arguments are a key of the table; of one that holds all combinations, each by itself."""
    keys = {keys for keys, _ in node.entries}
    columns = [set(column) for column in zip(*keys, strict=True)]
    if len(keys) == prod(map(len, columns)):
        return all_of(_is_one_of(*pair) for pair in zip(node.arguments, columns, strict=True))
    return any_of(all_of(map(_is_value, node.arguments, key)) for key in sorted(keys, key=repr))


def _is_one_of(argument: SOp, values: set[Value]) -> SOp:
    whole = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    found = element_of(argument.type)
    if len(whole) == len(values) == max(whole) - min(whole) + 1 and not isinstance(found, Bool):
        return is_member(argument, Int(min(whole), max(whole)), found)
    return any_of(_is_value(argument, value) for value in sorted(values, key=repr))


def _is_value(argument: SOp, value: Value) -> SOp:
    return Elementwise((argument, Constant((), value)), "==")
