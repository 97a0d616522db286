"""What the interactive reader prints of what came of an item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from ...dsl.checking.environment import CellName, FunctionName, Listed, Meaning, Table
from ...dsl.graph import Constant, SOp
from ...dsl.session import Outcome
from ...dsl.syntax import tree
from ...dsl.types import Selector
from ...errors import Fault, RuntimeFault, StdcellError
from ..options import console
from .settings import Example, Settings, example_of, quoted
from .values import Values, in_short, is_constant, kind_of, nodes_in, one_in_short, rows_of

__all__ = ["Printer", "say", "signature_of", "tell_fault", "tell_warning"]

_MARGIN = " " * 5
_DEEPER = " " * 9
_VALUE = "cyan"


def say(*parts: str | tuple[str, str] | Text) -> None:
    """Print one line as it is."""
    console.print(Text.assemble(*parts), soft_wrap=True)


def tell_fault(fault: Fault | StdcellError) -> None:
    """Print a fault: what it says in red, then its place."""
    head, line_end, rest = str(fault).partition("\n")
    say((head, "red"), line_end, rest)


def tell_warning(warning: Fault) -> None:
    """Print what is allowed, but probably not meant."""
    head, line_end, rest = str(warning).partition("\n")
    say(("warning: ", "yellow"), head, line_end, rest)


class Printer:
    """Prints outcomes, with values on the running examples as far as the settings want them."""

    def __init__(self, values: Values, settings: Settings) -> None:
        self._values = values
        self._settings = settings

    def outcome(self, outcome: Outcome) -> None:
        """Print what came of an item."""
        for warning in outcome.warnings:
            tell_warning(warning)
        for fault in outcome.faults:
            tell_fault(fault)
        match outcome.item:
            case _ if outcome.faults:
                return
            case tree.Load():
                self._loaded(outcome)
            case tree.Command(kind="show example", subset=subset):
                self.examples(subset)
            case tree.Alias(name, type_):
                say(f"{_MARGIN}type: {name} = ", (" ".join(type_.span.text.split()), _VALUE))
            case tree.Evaluation(value) if outcome.example is None and outcome.meaning is not None:
                self.named(_name_of(value), outcome.meaning)
            case tree.Evaluation() | tree.Draw():
                example = example_of(outcome.example) or self._settings.sop_example
                for node in nodes_in(outcome.meaning):
                    self._just_value(node, example)
            case tree.Loop() | tree.Command() | None:
                return
            case _:
                for name, meaning in outcome.names.items():
                    self.named(name, meaning)

    def examples(self, subset: str | None = None) -> None:
        """Print the running examples, of s-ops, of selectors, or both."""
        if subset != "selector":
            say(f"{_MARGIN}s-op example: ", (quoted(self._settings.sop_example), _VALUE))
        if subset != "s-op":
            say(f"{_MARGIN}selector example: ", (quoted(self._settings.selector_example), _VALUE))

    def named(self, name: str, meaning: Meaning, *, with_example: bool = True, indent: str = "") -> None:
        """Print a name and what it means."""
        margin = indent + _MARGIN
        match meaning:
            case Constant(value=value):
                say(f"{margin}value: {name} = ", (quoted(value), _VALUE))
            case SOp():
                self._node(name, meaning, with_example, indent)
            case Listed(items):
                entries = [(str(place), item) for place, item in enumerate(items)]
                self._held(name, meaning, entries, with_example, indent)
            case Table(entries=held):
                named = [(_keys(keys), answer) for keys, answer in held.items()]
                self._held(name, meaning, named, with_example, indent)
            case _:
                kind = meaning.signature.kind if isinstance(meaning, CellName) else "function"
                say(f"{margin}{kind}: {name}{signature_of(meaning)}")

    def _node(self, name: str, node: SOp, with_example: bool, indent: str) -> None:
        is_selector = isinstance(node.type, Selector)
        settings = self._settings
        say(f"{indent}{_MARGIN}{'selector' if is_selector else 's-op'}: {name}")
        if not with_example or not (settings.shows_selectors if is_selector else settings.shows_sops):
            return
        example = settings.selector_example if is_selector else settings.sop_example
        margin = indent + _DEEPER
        try:
            values = self._values.of(node, example)
        except RuntimeFault as error:
            say(f"{margin}Example: {name}({quoted(example)}) cannot be computed: ", (str(error), "yellow"))
            return
        if is_selector:
            say(f"{margin}Example:")
            _say_rows(values, example, margin)
        else:
            self._sequence(f"{margin}Example: {name}({quoted(example)}) = ", values, example, margin)

    def _just_value(self, node: SOp, example: Example) -> None:
        values = self._values.of(node, example)
        if isinstance(node.type, Selector):
            say(f"{_DEEPER} =")
            _say_rows(values, example, _DEEPER)
        else:
            self._sequence(f"{_DEEPER} =  ", values, example, _DEEPER)

    def _sequence(self, head: str, values: Any, example: Example, margin: str) -> None:
        """One line, or the input above the output where the full display is on and they differ along the way."""
        if not isinstance(values, list):
            say(head, (quoted(values), _VALUE))
            return
        kind = f" ({kind_of(values)})"
        if not self._settings.is_full or is_constant(values):
            skipped = " [skipped full display: identical values]" if self._settings.is_full else ""
            say(head, (in_short(values), _VALUE), kind, skipped)
            return
        say(head.rstrip())
        above, below = _column_texts(example), _column_texts(values)
        width = max(map(len, (*above, *below)))
        for what, texts, all_ in (("input: ", above, example), ("output:", below, values)):
            line = " ".join(text.rjust(width) for text in texts)
            say(f"{margin}    {what} ", (line, _VALUE), f"  ({kind_of(all_)})")

    def _held(
        self,
        name: str,
        holder: Listed | Table,
        entries: Sequence[tuple[str, Meaning | None]],
        with_example: bool,
        indent: str,
    ) -> None:
        """A list or a dictionary: on one line if all is plain, else each element under the name that reads it."""
        kind, brackets = ("list", "[]") if isinstance(holder, Listed) else ("dict", "{}")
        head, plain = f"{indent}{_MARGIN}{kind}: {name} = ", _plain(holder)
        if plain is not None:
            say(head, (plain, _VALUE))
            return
        say(f"{head}{brackets[0]}")
        for key, held in entries:
            if held is not None:
                self.named(f"{name}[{key}]", held, with_example=with_example, indent=f"{indent}    ")
        say(f"{indent}{_MARGIN}{brackets[1]}")

    def _loaded(self, outcome: Outcome) -> None:
        """What a file defined, each name once, as it is in the end; its faults where they stand."""
        told = list(_told(outcome))
        last = {name: place for place, (_, names) in enumerate(told) for name in names}
        for place, (inner, names) in enumerate(told):
            for warning in inner.warnings:
                tell_warning(warning)
            for fault in inner.faults:
                tell_fault(fault)
            for name, meaning in names.items():
                if last[name] == place:
                    self.named(name, meaning, with_example=False)


def _name_of(expression: tree.Expr) -> str:
    """What the value of an expression statement is called."""
    return expression.span.text if isinstance(expression, tree.Name | tree.Boolean) else "out"


def _told(outcome: Outcome) -> Iterator[tuple[Outcome, Mapping[str, Meaning]]]:
    """What is told of a loaded file's items: faults, and public names that no loop assigned."""
    for inner in outcome.loaded:
        if isinstance(inner.item, tree.Load) and not inner.faults:
            yield from _told(inner)
        else:
            names = {} if isinstance(inner.item, tree.Loop) else inner.names
            yield inner, {name: meaning for name, meaning in names.items() if not name.startswith("_")}


def _say_rows(rows: Sequence[Sequence[Any]], example: Example, margin: str) -> None:
    for line in rows_of(rows, example):
        say(f"{margin}    ", (line, _VALUE))


def _column_texts(values: Sequence[Any]) -> list[str]:
    """The elements as they stand below each other; of booleans only the rarer ones, which the eye looks for."""
    if not all(isinstance(value, bool) for value in values):
        return [one_in_short(value) for value in values]
    n_true = sum(values)
    blank = {True} if 2 * n_true > len(values) else {False} if 2 * n_true < len(values) else set()
    return ["" if value in blank else one_in_short(value) for value in values]


def _plain(meaning: Meaning | None) -> str | None:
    """A plain value, or a list or dictionary of such, as it is written; None of anything else."""
    match meaning:
        case Constant(value=value):
            return repr(value) if isinstance(value, str) else quoted(value)
        case Listed(items):
            texts = [_plain(item) for item in items]
            return None if None in texts else f"[{', '.join(filter(None, texts))}]"
        case Table(entries):
            texts = [_plain(answer) for answer in entries.values()]
            pairs = (f"{_keys(keys)}: {text}" for keys, text in zip(entries, texts, strict=True))
            return None if None in texts else f"{{{', '.join(pairs)}}}"
    return None


def _keys(keys: tuple[Any, ...]) -> str:
    texts = [repr(key) if isinstance(key, str) else quoted(key) for key in keys]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def signature_of(meaning: Meaning) -> str:
    """The parameters of a function as written, and its result's type; of a cell, its ports."""
    match meaning:
        case FunctionName(definition):
            parameters = ", ".join(" ".join(parameter.span.text.split()) for parameter in definition.parameters)
            returns = f" -> {' '.join(definition.returns.span.text.split())}" if definition.returns else ""
            return f"({parameters}){returns}"
        case CellName(signature):
            ports = ", ".join(f"{port.name}: {port.type}" for port in signature.inputs)
            return f"({ports}) -> {signature.output.type}"
    return ""
