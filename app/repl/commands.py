"""The reader's own commands, which begin with a colon, in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import cleandoc

from ...dsl.checking.environment import Listed, Meaning, Table
from ...dsl.checking.operands import in_words
from ...dsl.graph import SOp
from ...dsl.session import Outcome
from ...dsl.types import Selector
from ...errors import LanguageError, StdcellError, did_you_mean
from ..backends import traced_run
from ..programs import print_answer
from .heatmap import heat_map
from .printer import say, signature_of
from .reader import Reader
from .settings import Example, example_of

__all__ = ["COMMANDS", "obey"]

_ON = re.compile(r"(?P<asked>.+)\s+on\s+(?P<example>\S.*)")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it does, how it is written, and what for."""

    action: Callable[[Reader, str], bool]
    usage: str
    meaning: str


def obey(reader: Reader, line: str) -> bool:
    """Do what a line that begins with a colon says; whether to go on.

    Raises:
        StdcellError: if there is no such command, or it cannot be done.
    """
    word, _, rest = line.partition(" ")
    command = COMMANDS.get(word)
    if command is None:
        near = did_you_mean(word, COMMANDS) or ":help lists them"
        raise StdcellError(f"there is no command {word!r}; {near}")
    return command.action(reader, rest.strip())


def _help(reader: Reader, _rest: str) -> bool:
    width = max(len(command.usage) for command in COMMANDS.values())
    for command in COMMANDS.values():
        say((command.usage.ljust(width), "bold"), f"  {command.meaning}")
    say(_RASP_HELP if reader.session.dialect == "rasp" else _CELL_HELP)
    return True


def _type(reader: Reader, rest: str) -> bool:
    meaning = _meaning(reader, rest, "EXPR")
    say(f"     {_type_of(meaning)}")
    return True


def _type_of(meaning: Meaning) -> str:
    match meaning:
        case SOp():
            return str(meaning.type)
        case Listed(items):
            return f"list of {len(items)}"
        case Table(entries):
            return f"dict of {len(entries)}"
    return f"function{signature_of(meaning)}"


def _trace(reader: Reader, rest: str) -> bool:
    asked, example = rest, reader.settings.sop_example
    split = _ON.fullmatch(rest)
    if split and reader.session.look(rest).faults:
        asked, example = split["asked"], _example(reader, split["example"])
    outcome = _looked(reader, asked, "EXPR")
    example = example_of(outcome.example) or example
    if not isinstance(outcome.meaning, SOp):
        raise StdcellError(f"a trace is of an s-op, found {_found(outcome)}")
    program, _ = reader.session.as_program(outcome.meaning, asked.rstrip(";"))
    print_answer(traced_run(program, example, None, reader.catalog), with_trace=True, as_json=False)
    return True


def _draw(reader: Reader, rest: str) -> bool:
    outcome = _looked(reader, rest, "SELECTOR-EXPR")
    meaning = outcome.meaning
    if not isinstance(meaning, SOp) or not isinstance(meaning.type, Selector):
        raise StdcellError(f"a heat map is of a selector, found {_found(outcome)}; draw an s-op with draw(…);")
    example = example_of(outcome.example) or reader.settings.selector_example
    for line in heat_map(reader.values.of(meaning, example), example):
        say("     ", line)
    return True


def _names(reader: Reader, _rest: str) -> bool:
    names = reader.session.names
    width = max(map(len, names), default=0)
    for name, meaning in names.items():
        say(f"     {name.ljust(width)}  {_type_of(meaning)}")
    if not names:
        say("     no names yet: name = expression;")
    return True


def _set_example(reader: Reader, rest: str) -> bool:
    if rest:
        reader.settings.set_example(_example(reader, rest))
    reader.printer.examples()
    return True


def _leave(_reader: Reader, _rest: str) -> bool:
    return False


def _looked(reader: Reader, text: str, what: str) -> Outcome:
    if not text:
        raise StdcellError(f"expected {what} after the command")
    outcome = reader.session.look(text)
    if outcome.faults:
        raise LanguageError(outcome.faults)
    return outcome


def _meaning(reader: Reader, text: str, what: str) -> Meaning:
    meaning = _looked(reader, text, what).meaning
    assert meaning is not None, "an outcome without a fault has a meaning"
    return meaning


def _found(outcome: Outcome) -> str:
    assert outcome.meaning is not None, "an outcome without a fault has a meaning"
    return in_words(outcome.meaning)


def _example(reader: Reader, text: str) -> Example:
    """An example as typed: an expression where it reads as one, else the text itself."""
    outcome = reader.session.look(text)
    example = None if outcome.faults else example_of(outcome.meaning)
    if example is None and text[0] in "\"'[({":
        if outcome.faults:
            raise LanguageError(outcome.faults)
        raise StdcellError(f"an example is a text or a list of plain values, not empty, found {_found(outcome)}")
    return example or text


COMMANDS: Mapping[str, Command] = {
    ":help": Command(_help, ":help", "this list"),
    ":type": Command(_type, ":type EXPR", "the type of an expression"),
    ":trace": Command(_trace, ":trace EXPR [on EXAMPLE]", "how its value comes about, step by step"),
    ":draw": Command(_draw, ":draw SELECTOR-EXPR", "a selector as a heat map, on the running example"),
    ":names": Command(_names, ":names", "what was defined here, with types"),
    ":example": Command(_set_example, ":example [EXAMPLE]", "the running example, or another one from here on"),
    ":quit": Command(_leave, ":quit", "leave, as end of file (Ctrl-D) does"),
}

_RASP_HELP = cleandoc(
    """
    Everything else is RASP, and ends with a semicolon: name = expression;  expression;  def f(x) { return …; }
    s-op("text") shows its value on another example; load "file"; reads file.rasp.
    set example "text", show example, examples on, examples off, full seq display on, full seq display off
    """
)
_CELL_HELP = cleandoc(
    """
    Everything else is a strict program, whose items end with a semicolon or a brace, and expressions: sort([3, 1, 2]);
    A name may be defined again. tokens is the running example.
    """
)
