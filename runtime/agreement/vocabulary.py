"""Which tokens a program is tried on where its input declares no finite type.

1. The tokens that the text compares an input with, or looks up in a table, come first, in ascending order; then a few
   that it does not mention: an automaton is tried on its own alphabet and on what is outside of it.
2. Tokens of an open type are words or numbers. They are words if the text compares them with words, numbers if with
   numbers; if with neither, they are what more of the one-token inputs have an answer for, words if both do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from ...dsl.graph import Constant, Elementwise, Input, Lookup, Select, nodes_within
from ...dsl.operators import COMPARISONS
from ...dsl.program import Function, Program
from ...dsl.types import Bool, Element, Int, Real, Seq, Token, Type, Unknown, Value, contains, element_of
from ...errors import RuntimeFault
from ..inputs import parameters_of
from ..reference import answer_of, run, shown

__all__ = ["TOKENS", "read_tokens", "vocabularies_of"]

TOKENS = Input((), "tokens", Seq(Unknown()), "tokens")
"""The input of a program without an entry point, from which all that it reads is converted."""


MOST_COMPARED = 16
"""More tokens than this are not taken from the text: a domain of many is not exhausted even for short inputs."""
FURTHER = 2
"""How many tokens are added that the text does not mention."""

_WORDS = "abcdefghijklmnopqrstuvwxyz"
_NUMBERS = (0, 1, 2, 3, -1, *range(4, 40))
_READ_AS_NUMBERS = ("tokens_int", "tokens_float")


def vocabularies_of(program: Program, function: Function) -> dict[str, tuple[Any, ...]]:
    """The values that each input is tried on, by name; a RASP program has one input, its tokens.

    Raises:
        RuntimeFault: if a parameter carries vectors.
    """
    if not function.parameters:
        return {TOKENS.name: _words_or_numbers(program, function)}
    return {parameter.name: _values_of(function, parameter) for parameter in function.parameters}


def read_tokens(program: Program, function: Function, words: Sequence[str]) -> tuple[Any, ...]:
    """The tokens that a user wrote as words: numbers or booleans where the program takes those.

    Raises:
        RuntimeFault: if they are no values of the declared type.
    """
    declared = {element_of(parameter.type) for parameter in function.parameters} or {element_of(TOKENS.type)}
    found = [value for value in (_read(word, declared) for word in words) if value is not None]
    if not function.parameters and len(found) == len(words) and not _takes_numbers(program, function, words, found):
        found = list(words)
    if len(found) < len(words):
        kinds = " and ".join(map(str, declared))
        raise RuntimeFault(f"the vocabulary {', '.join(map(repr, words))} holds other values than those of {kinds}")
    return tuple(found)


def _values_of(function: Function, parameter: Input) -> tuple[Any, ...]:
    """All values of a finite type, else a few that matter to the program."""
    compared = _compared(function)
    match element_of(parameter.type):
        case Bool():
            return (False, True)
        case Int(int() as low, int() as high):
            return tuple(range(low, high + 1))
        case Token(tuple() as words):
            return words
        case Int() | Real() as numbers:
            return _few(filter(_is_number, compared), _around(numbers), numbers)
        case Token():
            return _few((value for value in compared if isinstance(value, str)), _WORDS, Token())
    raise RuntimeFault(f"input {parameter.name!r} carries {parameter.type}, of which there is no list of values")


def _words_or_numbers(program: Program, function: Function) -> tuple[Any, ...]:
    """Tokens of a program that does not say what they are; one where it reads no more than how many they are."""
    read = [parameter.key for parameter in parameters_of(function)]
    if read in ([], ["tokens_bool"]):
        return (False, True) if read else ("a",)
    others: Iterable[str] = map(str, range(10)) if set(read) & set(_READ_AS_NUMBERS) else _WORDS
    compared = _compared(function)
    words = _few((value for value in compared if isinstance(value, str)), others, TOKENS.type)
    numbers = _few(filter(_is_number, compared), _NUMBERS, TOKENS.type)
    return numbers if _takes_numbers(program, function, words, numbers) else words


def _read(word: str, declared: Iterable[Element]) -> Any:
    """A word as a value of one of some types; None if it is none."""
    for element in declared:
        match element:
            case Bool() if word.lower() in ("true", "false"):
                return word.lower() == "true"
            case Int() | Real() | Unknown() if _number(word) is not None:
                return _number(word)
            case Token() | Unknown():
                return word
    return None


def _takes_numbers(program: Program, function: Function, words: Sequence[Any], numbers: Sequence[Any]) -> bool:
    compared = _compared(function)
    if any(isinstance(value, str) for value in compared):
        return False
    if compared or any(parameter.key in _READ_AS_NUMBERS for parameter in parameters_of(function)):
        return True
    return _n_answered(program, function, numbers) > _n_answered(program, function, words)


def _n_answered(program: Program, function: Function, tokens: Iterable[Any]) -> int:
    """To how many inputs of one token, and of two alike, the program has an answer."""
    answered = 0
    for given in [tokens_of for token in tokens for tokens_of in ([token], [token, token])]:
        try:
            answer_of(program, run(program, function, given)[function.result], given)
            answered += 1
        except RuntimeFault:
            continue
    return answered


def _compared(function: Function) -> list[Value]:
    """The constants that some input is compared with, or looked up by, in the order of the graph."""
    found: dict[Value, None] = {}
    for node in nodes_within([function.result]):
        if not any(isinstance(argument, Input) for argument in node.arguments):
            continue
        if isinstance(node, Select) or (isinstance(node, Elementwise) and node.operator in COMPARISONS):
            found.update((argument.value, None) for argument in node.arguments if isinstance(argument, Constant))
        elif isinstance(node, Lookup):
            found.update(dict.fromkeys(_keys_of_inputs(node)))
    return [value for value in found if not isinstance(value, bool)]


def _keys_of_inputs(node: Lookup) -> Iterable[Value]:
    places = [place for place, argument in enumerate(node.arguments) if isinstance(argument, Input)]
    return (keys[place] for keys, _ in node.entries for place in places)


def _few(compared: Iterable[Value], others: Iterable[Any], wanted: Type) -> tuple[Any, ...]:
    """The values of a type that the program compares with, and a few others."""
    mentioned: list[Any] = sorted(value for value in compared if _fits(wanted, value))
    told = dict.fromkeys(map(shown, mentioned[:MOST_COMPARED]))
    further = (shown(value) for value in others if value not in told and _fits(wanted, value))
    fewest = FURTHER if told else FURTHER + 1
    return (*told, *islice(further, fewest))


def _fits(wanted: Type, value: Any) -> bool:
    return isinstance(element_of(wanted), Unknown) or contains(element_of(wanted), value)


def _around(numbers: Int | Real) -> Iterable[int | Fraction]:
    """Numbers from one end of a range on, or around 0."""
    if isinstance(numbers, Real) and numbers.low is not None and numbers.high is not None:
        return (Fraction(numbers.low), Fraction(numbers.low + numbers.high) / 2, Fraction(numbers.high))
    if numbers.low is not None and numbers.low > 0:
        return range(int(-(-numbers.low // 1)), int(numbers.low) + len(_NUMBERS))
    if numbers.high is not None and numbers.high < 0:
        return range(int(numbers.high // 1), int(numbers.high) - len(_NUMBERS), -1)
    return _NUMBERS if isinstance(numbers, Int) else (0, Fraction(1, 2), *_NUMBERS[1:])


def _is_number(value: Any) -> bool:
    return not isinstance(value, str | bool)


def _number(word: str) -> int | float | None:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return None
