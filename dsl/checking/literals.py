"""Tables, and the lists and tables that a comprehension makes."""

from __future__ import annotations

from ..syntax import tree
from ..types import Value
from .environment import Meaning, Table
from .lists import elements, key_of, listed, unpacked
from .operands import Operands

__all__ = ["comprehension_of", "table_of"]


def table_of(operands: Operands, table: tree.TableOf) -> Table | None:
    """A table as written; the strict dialect wants every key once."""
    entries: dict[tuple[Value, ...], Meaning | None] = {}
    widths = {len(keys) for keys, _ in table.entries}
    if len(widths) > 1:
        operands.record.fault("the keys of a table have one length", table.span, "give every entry as many keys")
        return None
    for keys, answer in table.entries:
        built = [key_of(operands, key) for key in keys]
        known = tuple(key for key in built if key is not None)
        meaning = operands.value(answer)
        if len(known) < len(built) or meaning is None:
            return None
        if known in entries and operands.is_strict:
            found = ", ".join(key.span.text for key in keys)
            operands.record.fault(f"the table has two entries for {found}", keys[0].span, "leave one of them out")
            return None
        entries[known] = meaning
    return Table(entries)


def comprehension_of(operands: Operands, expression: tree.Comprehension) -> Meaning | None:
    """The list, or with a key the table, of an expression's meanings for each element."""
    iterable = operands.value(expression.iterable)
    what = "a comprehension"
    items = None if iterable is None else elements(operands, iterable, expression.iterable.span, what)
    if items is None:
        return None
    pairs: list[tuple[Value | None, Meaning | None]] = []
    for item in items:
        operands.record.step(expression.span)
        parts = unpacked(operands.record, expression.names, item, expression.name_spans[0])
        inner = operands.within(dict(zip(expression.names, parts, strict=True)))
        key = key_of(inner, expression.key) if expression.key else None
        pairs.append((key, inner.value(expression.value)))
    if expression.key is None:
        return listed(operands, [meaning for _, meaning in pairs], expression.span)
    if any(key is None for key, _ in pairs):
        return None
    return Table({(key,): meaning for key, meaning in pairs if key is not None})
