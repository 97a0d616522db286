"""Lists and tables, which the checker computes with: `range`, `zip`, `len`, `+`, indexing and comprehensions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ...errors import Span
from ..graph import Aggregate, At, Constant, Elementwise, Indices, Length, Lookup, Select, SOp
from ..syntax import tree
from ..types import Bool, Fit, Int, Selector, Seq, Value, element_of, fit
from .environment import Listed, Meaning, Table, is_sop, kind_of
from .operands import Operands, atom, in_words
from .record import Record

__all__ = [
    "concatenated",
    "elements",
    "indexed",
    "key_of",
    "len_",
    "listed",
    "looked_up",
    "range_",
    "repeated",
    "unpacked",
    "zip_lists",
]

_LONGEST = 100_000


def range_(operands: Operands, call: tree.Call) -> Meaning | None:
    """`range(stop)`, `range(start, stop)` or `range(start, stop, step)`, as a list."""
    if not 1 <= len(call.arguments) <= 3:
        operands.record.fault(f"'range' takes 1, 2 or 3 whole numbers, found {len(call.arguments)}", call.span)
        return None
    bounds: list[int] = []
    for argument in call.arguments:
        expression = operands.expression(argument, "a whole number")
        meaning = None if expression is None else operands.value(expression)
        if meaning is None:
            return None
        bound = atom(meaning)
        if not isinstance(bound, int):
            operands.record.fault(f"'range' expects whole numbers, found {in_words(meaning)}", argument.span)
            return None
        bounds.append(int(bound))
    if len(bounds) == 3 and bounds[2] == 0:
        operands.record.fault("the step of a 'range' is not 0", call.arguments[2].span)
        return None
    numbers = range(*bounds)
    # `len` of a range overflows where this does not.
    if abs(numbers.stop - numbers.start) // abs(numbers.step) >= _LONGEST and numbers:
        operands.record.fault(f"a list has at most {_LONGEST} elements", call.span)
        return None
    operands.record.step(call.span, len(numbers))
    return Listed(tuple(Constant((), number) for number in numbers))


def zip_lists(operands: Operands, call: tree.Call) -> Meaning | None:
    """`zip(first, second, …)` of lists of equal length."""
    lists: list[tuple[Meaning | None, ...]] = []
    for argument in call.arguments:
        expression = operands.expression(argument, "a list")
        meaning = None if expression is None else operands.value(expression)
        if meaning is None:
            return None
        if not isinstance(meaning, Listed):
            operands.record.fault(f"'zip' expects lists, found {in_words(meaning)}", argument.span)
            return None
        lists.append(meaning.items)
    if not lists:
        operands.record.fault("'zip' takes at least one list, found none", call.span)
        return None
    if len({len(items) for items in lists}) > 1:
        lengths = ", ".join(str(len(items)) for items in lists)
        operands.record.fault(f"'zip' expects lists of one length, found lengths {lengths}", call.span)
        return None
    return Listed(tuple(Listed(row) for row in zip(*lists, strict=True)))


def len_(operands: Operands, call: tree.Call) -> Meaning | None:
    """`len(list)`."""
    written = operands.in_order(call, ("list",))
    expression = operands.expression(written[0], "a list") if written else None
    meaning = None if expression is None else operands.value(expression)
    if meaning is None or expression is None:
        return None
    if isinstance(meaning, SOp) and isinstance(meaning.type, Seq):
        operands.record.fault("'len' is of lists, found an s-op", expression.span, "write length")
        return None
    if not isinstance(meaning, Listed):
        operands.record.fault(f"'len' expects a list, found {in_words(meaning)}", expression.span)
        return None
    return Constant((), len(meaning.items))


def listed(operands: Operands, items: Sequence[Meaning | None], span: Span) -> Listed | None:
    """A list, if it is not too long."""
    operands.record.step(span, len(items))
    if len(items) > _LONGEST:
        operands.record.fault(f"a list has at most {_LONGEST} elements", span)
        return None
    return Listed(tuple(items))


def concatenated(operands: Operands, left: Meaning, right: Meaning, span: Span) -> Meaning | None:
    """`left + right` of two lists."""
    if isinstance(left, Listed) and isinstance(right, Listed):
        return listed(operands, (*left.items, *right.items), span)
    found = f"{in_words(left)} and {in_words(right)}"
    operands.record.fault(f"'+' joins two lists, found {found}", span, "put the element in brackets: list + [x]")
    return None


def repeated(operands: Operands, left: Meaning, right: Meaning, span: Span) -> Meaning | None:
    """`list * n` or `n * list`: its elements n times over."""
    items, times = (left, right) if isinstance(left, Listed) else (right, left)
    if isinstance(items, Listed) and isinstance(times, Constant) and isinstance(times.value, int):
        # One element too many is enough to be refused.
        n_times = min(times.value, _LONGEST // max(1, len(items.items)) + 1)
        return listed(operands, items.items * n_times, span)
    found = f"{in_words(left)} and {in_words(right)}"
    operands.record.fault(f"'*' repeats a list as often as a whole number says, found {found}", span)
    return None


def elements(operands: Operands, meaning: Meaning, span: Span, what: str) -> Sequence[Meaning | None] | None:
    """What a loop runs over: the elements of a list or the keys of a table."""
    match meaning:
        case Listed(items):
            return items
        case Table(entries):
            return [Constant((), key[0]) for key in entries]
    hint = (
        "an s-op has a value at every position: loop over a list or a dictionary" if isinstance(meaning, SOp) else None
    )
    operands.record.fault(f"{what} runs over a list or a dictionary, found {in_words(meaning)}", span, hint)
    return None


def unpacked(record: Record, names: Sequence[str], meaning: Meaning | None, span: Span) -> Sequence[Meaning | None]:
    """What each of several names stands for, where together they are given a list; a single name takes it whole.

    As in Python a token stands for its characters there, and a dictionary for its keys.
    """
    if len(names) == 1 or meaning is None:
        return [meaning] * len(names)
    parts: Sequence[Meaning | None] = ()
    match meaning:
        case Listed(items):
            parts = items
        case Table(entries):
            parts = [Constant((), key[0]) for key in entries]
        case Constant(value=str() as letters):
            parts = [Constant((), letter) for letter in letters]
    if len(parts) == len(names):
        return parts
    found = f"a list of {len(meaning.items)}" if isinstance(meaning, Listed) else in_words(meaning)
    record.fault(f"expected {len(names)} values for {', '.join(names)}, found {found}", span)
    return [None] * len(names)


def key_of(operands: Operands, expression: tree.Expr) -> Value | None:
    """The key that an expression is."""
    meaning = operands.value(expression)
    value = atom(meaning)
    if meaning is not None and value is None:
        found = in_words(meaning)
        operands.record.fault(f"a key is a number, a token or a boolean, found {found}", expression.span)
    return value


def indexed(operands: Operands, container: Meaning, index: tree.Index) -> Meaning | None:
    """`container[key]`: of a table, a list, a token's characters or an s-op's positions."""
    keys = [operands.node(key) for key in index.keys]
    if None in keys:
        return None
    known = [key for key in keys if key is not None]
    if isinstance(container, Table):
        return looked_up(operands, container, known, index.span)
    if len(known) != 1:
        operands.record.fault(f"expected one index, found {len(known)}", index.span)
        return None
    if isinstance(container, Listed):
        return _of_list(operands, container.items, known[0], index)
    if isinstance(container, Constant) and isinstance(container.value, str):
        return _of_list(operands, [Constant((), letter) for letter in container.value], known[0], index)
    is_sequence = isinstance(container, SOp) and isinstance(container.type, Seq)
    if isinstance(container, SOp) and (is_sequence or (is_sop(container) and not operands.is_strict)):
        return _of_sequence(operands, container, known[0], index)
    hint = "only lists, tables, tokens and s-ops have elements"
    operands.record.fault(f"cannot index into {_indexed(container)}", index.container.span, hint)
    return None


def _indexed(container: Meaning) -> str:
    return in_words(container) if isinstance(container, SOp) else kind_of(container)


def looked_up(operands: Operands, table: Table, keys: Sequence[SOp], span: Span) -> Meaning | None:
    """The answer of a table to constants or to s-ops."""
    if table.entries and len(keys) != table.n_keys:
        keys_word = "1 key" if table.n_keys == 1 else f"{table.n_keys} keys"
        operands.record.fault(f"the table has {keys_word}, found {len(keys)}", span)
        return None
    values = tuple(key.value for key in keys if isinstance(key, Constant))
    if len(values) == len(keys):
        if values not in table.entries:
            found = ", ".join(map(in_words, keys))
            operands.record.fault(f"the table has no entry for {found}", span, _entries_hint(table))
            return None
        return table.entries[values]
    if any(isinstance(key.type, Selector) for key in keys):
        operands.record.fault("a table is indexed by values, found a selector", span)
        return None
    answers = [(entry, atom(answer)) for entry, answer in table.entries.items()]
    return _lookup(operands, answers, keys, span)


def _entries_hint(table: Table) -> str:
    shown = [", ".join(in_words(Constant((), value)) for value in key) for key in list(table.entries)[:8]]
    return f"it has {'; '.join(shown)}" if shown else "it is empty"


def _lookup(
    operands: Operands, answers: Sequence[tuple[tuple[Value, ...], Value | None]], keys: Sequence[SOp], span: Span
) -> SOp | None:
    entries = tuple((key, answer) for key, answer in answers if answer is not None)
    if len(entries) < len(answers):
        hint = "choose between s-ops with `x if condition else y`"
        # The original RASP minds only the entries that are read.
        is_refused = operands.is_strict or not entries
        note = operands.record.fault if is_refused else operands.record.warn
        note("only numbers, tokens and booleans can be looked up by an s-op", span, hint)
        if is_refused:
            return None
    node = Lookup(tuple(keys), entries)
    for place, key in enumerate(keys):
        if not any(_may_be(key, entry[place]) for entry, _ in entries):
            operands.record.fault(f"the table has no entry for a key of {element_of(key.type)}", span)
            return None
    return node


def _may_be(key: SOp, value: Value) -> bool:
    """Whether an s-op may take the value of a key; a boolean equals 0 or 1 there, as in Python."""
    if isinstance(element_of(key.type), Bool):
        return not isinstance(value, str) and value in (0, 1)
    counted = value if isinstance(value, str) else int(value) if isinstance(value, bool) else value
    found = Constant((), counted).type
    return (
        fit(found, element_of(key.type)) is not Fit.NEVER
        or fit(Constant((), value).type, element_of(key.type)) is not Fit.NEVER
    )


def _of_list(operands: Operands, items: Sequence[Meaning | None], index: SOp, place: tree.Index) -> Meaning | None:
    if not isinstance(index, Constant):
        if isinstance(index.type, Selector):
            operands.record.fault("an index is a whole number or an s-op, found a selector", place.keys[0].span)
            return None
        found = [atom(item) for item in items]
        numbered = [*enumerate(found), *((position - len(found), value) for position, value in enumerate(found))]
        return _lookup(operands, [((position,), value) for position, value in numbered], [index], place.span)
    position = index.value
    if not isinstance(position, int):
        operands.record.fault(f"an index is a whole number, found {in_words(index)}", place.keys[0].span)
        return None
    if not -len(items) <= position < len(items):
        message = f"the index {position} is outside a list of {len(items)}"
        operands.record.fault(message, place.span, f"it goes from {-len(items)} to {len(items) - 1}" if items else None)
        return None
    return items[position]


def _of_sequence(operands: Operands, sequence: SOp, index: SOp, place: tree.Index) -> SOp | None:
    """`xs[i]`; in the original RASP a constant position, at which 0 stands where the sequence is too short."""
    if operands.is_strict:
        is_fraction = isinstance(index, Constant) and isinstance(index.value, Fraction)
        if is_fraction or fit(element_of(index.type), Int()) is Fit.NEVER:
            operands.record.fault(f"a position is a whole number, found {in_words(index)}", place.keys[0].span)
            return None
        return At((sequence, index))
    if not isinstance(index, Constant) or not isinstance(index.value, int):
        hint = "read at computed positions with aggregate(select(indices, positions, ==), …)"
        operands.record.fault(
            f"the index of an s-op is a whole number, found {in_words(index)}", place.keys[0].span, hint
        )
        return None
    position = index if index.value >= 0 else _from_the_end(operands, index, place.span)
    return position and Aggregate((Select((Indices(), position), "=="), sequence, Constant((), 0)))


def _from_the_end(operands: Operands, index: SOp, span: Span) -> SOp | None:
    """A negative position counts from what the program calls `length`, if it has a name for something else so."""
    environment = operands.environment
    if not environment.knows("length"):
        return Elementwise((Length(), index), "+")
    length = environment.find("length")
    if isinstance(length, SOp) and is_sop(length):
        return operands.elementwise("+", (length, index), span)
    if length is not None:
        hint = "call it otherwise: a negative position counts from 'length'"
        operands.record.fault(f"'length' is {in_words(length)}, where an s-op is expected", span, hint)
    return None
