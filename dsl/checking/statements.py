"""Statements: what they define in an environment, and the results of a function's body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...errors import Span
from ..graph import SOp
from ..syntax import tree
from ..types import Seq
from .environment import Environment, FunctionName, Listed, Meaning
from .lists import elements, unpacked
from .operands import Operands, in_words
from .record import Record
from .type_expressions import type_of

__all__ = ["assign", "body_of", "execute", "results_of"]

Reader = Callable[[Environment, Record], Operands]

_RESERVED = (
    *("if", "else", "not", "and", "or", "out", "def", "return", "range", "for", "in", "zip", "len", "get"),
    *("tokens_asis", "tokens_str", "tokens_int", "tokens_bool", "tokens_float", "indices", "True", "False"),
)


def body_of(definition: tree.Definition, environment: Environment, record: Record, reader: Reader) -> Meaning | None:
    """The result of a definition's body in an environment that holds its parameters; of several results, a list."""
    execute(definition.body, environment, record, reader)
    return results_of(definition.results, environment, record, reader)


def results_of(
    results: Sequence[tree.Expr], environment: Environment, record: Record, reader: Reader
) -> Meaning | None:
    """What one expression means, or several as a list."""
    meanings = [reader(environment, record).value(result) for result in results]
    return meanings[0] if len(meanings) == 1 else Listed(tuple(meanings))


def execute(statements: Iterable[tree.Statement], environment: Environment, record: Record, reader: Reader) -> None:
    """Run statements one after another."""
    for statement in statements:
        record.step(statement.span)
        match statement:
            case tree.Assignment():
                assign(statement, environment, record, reader)
            case tree.Definition():
                home = environment.snapshot() if environment.is_strict else environment
                define(statement.name, FunctionName(statement, home, None), statement.name_span, environment, record)
            case tree.Loop():
                _loop(statement, environment, record, reader)
            case tree.Evaluation(value):
                record.shown = value
                environment.set("out", reader(environment, record).value(value), value.span)
            case tree.Draw(value, example):
                for expression in (value, example):
                    if expression is not None:
                        reader(environment, record).value(expression)
            case tree.Load():
                record.load(statement, environment)


def assign(assignment: tree.Assignment, environment: Environment, record: Record, reader: Reader) -> None:
    """Give names the meanings of an assignment's values; a name whose value has a fault means nothing."""
    meaning = results_of(assignment.values, environment, record, reader)
    if assignment.type is not None and meaning is not None:
        meaning = _typed(assignment, meaning, environment, record)
    parts = unpacked(record, assignment.names, meaning, assignment.span)
    for name, part, span in zip(assignment.names, parts, assignment.name_spans, strict=True):
        define(name, part, span, environment, record)


def _typed(assignment: tree.Assignment, meaning: Meaning, environment: Environment, record: Record) -> Meaning | None:
    """The value of an assignment with a written type, which it has to belong to."""
    assert assignment.type is not None, "a written type"
    wanted = type_of(assignment.type, environment, record)
    if wanted is None:
        return None
    if not isinstance(meaning, SOp):
        record.fault(f"expected {wanted}, found {in_words(meaning)}", assignment.values[0].span)
        return None
    if isinstance(wanted, Seq) and not isinstance(meaning.type, Seq):
        record.fault(f"expected {wanted}, found {in_words(meaning)}", assignment.values[0].span)
        return None
    return record.fitted(meaning, wanted, assignment.values[0].span, assignment.names[0])


def define(name: str, meaning: Meaning | None, span: Span, environment: Environment, record: Record) -> None:
    """Let a name mean something from here on."""
    if not environment.is_strict and _is_refused(name, span, environment, record):
        return
    if isinstance(meaning, SOp):
        record.names.setdefault(meaning, name)
    if meaning is not None:
        record.meanings.setdefault(span, meaning)
    environment.set(name, meaning, span)


def _is_refused(name: str, span: Span, environment: Environment, record: Record) -> bool:
    """Whether RASP may not set the name; one of the library's is refused interactively and hidden by a file."""
    is_library = environment.hides_library(name)
    if name in _RESERVED or (is_library and environment.is_console):
        record.fault(f"cannot set {name!r}: the name is reserved", span, "choose another name")
        return True
    if is_library:
        record.warn(f"{name!r} hides what the library calls so", span, "choose another name")
    return False


def _loop(loop: tree.Loop, environment: Environment, record: Record, reader: Reader) -> None:
    """Run the body for each element, in the same environment: what it assigns stays."""
    operands = reader(environment, record)
    iterable = operands.value(loop.iterable)
    items = None if iterable is None else elements(operands, iterable, loop.iterable.span, "'for'")
    if items is None:
        for name in loop_names(loop):
            environment.names[name] = None
        return
    for item in items:
        record.step(loop.span)
        parts = unpacked(record, loop.names, item, loop.name_spans[0])
        for name, part, span in zip(loop.names, parts, loop.name_spans, strict=True):
            define(name, part, span, environment, record)
        execute(loop.body, environment, record, reader)


def loop_names(loop: tree.Loop) -> Iterable[str]:
    """The names that a loop assigns."""
    yield from loop.names
    for statement in loop.body:
        match statement:
            case tree.Assignment(names):
                yield from names
            case tree.Definition(name):
                yield name
            case tree.Loop():
                yield from loop_names(statement)
