"""Lines in, answers out: what is typed is collected until it is an item, run, judged on the example, and printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ...catalog import Catalog
from ...dsl.checking.operands import in_words
from ...dsl.graph import SOp
from ...dsl.session import Outcome, Session
from ...dsl.syntax import tree
from ...dsl.types import Selector
from ...errors import Fault, StdcellError
from .drawing import draw
from .printer import Printer, say, tell_fault
from .settings import Example, Settings, example_of
from .values import Values, nodes_in

__all__ = ["Reader"]

_LEAVES = re.compile(r"\s*(?:exit|quit)\s*(?:\(\s*\))?\s*;?\s*(?:#.*)?")
_TO_REPORT = "this is a fault of stdcell's own: please report it"


class Reader:
    """An interactive reader's state, apart from where its lines come from."""

    def __init__(self, dialect: str, catalog: Catalog | None, command: Callable[[Reader, str], bool]) -> None:
        self.session = Session(dialect, catalog, judge=self._judge)
        self.catalog = catalog
        self.settings = Settings()
        self.values = Values(self.session)
        self.printer = Printer(self.values, self.settings)
        self._command = command
        self._begun = ""

    @property
    def _hint(self) -> str:
        return f"change the running example: {'set ' if self.session.dialect == 'rasp' else ':'}example …"

    def wants_more(self, text: str) -> bool:
        """Whether what is typed so far goes on in the next line."""
        return not text.lstrip().startswith(":") and not _LEAVES.fullmatch(text) and self.session.needs_more(text)

    def feed(self, text: str) -> bool:
        """Take lines, and run what they complete; whether to go on."""
        return all(self._take(line) for line in text.split("\n"))

    def end(self) -> None:
        """Run what is left, so that what is missing at its end is told."""
        self._run(self._begun)
        self._begun = ""

    def cancel(self) -> None:
        """Forget what has begun."""
        self._begun = ""

    def _take(self, line: str) -> bool:
        text = f"{self._begun}\n{line}" if self._begun else line
        if self.wants_more(text):
            self._begun = text
            return True
        self._begun = ""
        if text.lstrip().startswith(":"):
            return self._guarded(lambda: self._command(self, text.strip()))
        return not _LEAVES.fullmatch(text) and self._run(text)

    def _run(self, text: str) -> bool:
        return self._guarded(lambda: self._tell(self.session.run(text)))

    def _tell(self, outcomes: Iterable[Outcome]) -> bool:
        for outcome in outcomes:
            self.printer.outcome(outcome)
            if isinstance(outcome.item, tree.Draw) and not outcome.faults:
                self._draw(outcome.item, outcome)
            if isinstance(outcome.item, tree.Command) and outcome.item.kind == "exit":
                return False
        return True

    def _guarded(self, action: Callable[[], bool]) -> bool:
        """Whatever happens is told, and the reader goes on."""
        try:
            return action()
        except KeyboardInterrupt:
            say(("interrupted", "yellow"))
        except StdcellError as error:
            tell_fault(error)
        except BrokenPipeError:
            raise
        except Exception as error:
            say((f"{type(error).__name__}: {error}", "red"), f"\nhint: {_TO_REPORT}")
        return True

    def _draw(self, drawn: tree.Draw, outcome: Outcome) -> None:
        assert isinstance(outcome.meaning, SOp), "what is drawn was judged"
        name = drawn.value.name if isinstance(drawn.value, tree.Name) else "out"
        program, function = self.session.as_program(outcome.meaning, name)
        file = draw(program, function, example_of(outcome.example) or self.settings.sop_example)
        say(f"     drawn: {file}")

    # What the running example says of an item.

    def _judge(self, outcome: Outcome) -> Fault | None:
        """Why an item is refused; commands take effect here, so that those of loaded files do."""
        item = outcome.item
        assert item is not None, "what does not parse is not judged"
        if isinstance(item, tree.Command):
            return self._obey(item, outcome)
        example = example_of(outcome.example)
        if outcome.example is not None and example is None:
            return _no_example(outcome)
        if isinstance(item, tree.Draw) and (not isinstance(outcome.meaning, SOp) or _is_selector(outcome.meaning)):
            found = "nothing" if outcome.meaning is None else in_words(outcome.meaning)
            return Fault(f"'draw' draws an s-op, found {found}", item.value.span, "draw a selector with :draw")
        if outcome.names and self.session.dialect == "cell":
            return None  # a strict program says of what its inputs are, which the running example need not be
        return self._failing(outcome, example)

    def _failing(self, outcome: Outcome, given: Example | None) -> Fault | None:
        """The first value that cannot be computed."""
        item = outcome.item
        assert item is not None, "what does not parse is not judged"
        for meaning in (*outcome.names.values(), outcome.meaning):
            for node in nodes_in(meaning):
                settings = self.settings
                running = settings.selector_example if _is_selector(node) else settings.sop_example
                fault = self.values.fault(node, given or running, item.span, None if given else self._hint)
                if fault:
                    return fault
        return None

    def _obey(self, command: tree.Command, outcome: Outcome) -> Fault | None:
        match command:
            case tree.Command("set example", subset):
                example = example_of(outcome.meaning)
                if example is None:
                    return _no_example(outcome)
                self.settings.set_example(example, subset)
            case tree.Command("examples", subset, argument) if command.span.source.name == self.session.name:
                self.settings.show_examples(argument == "on", subset)
            case tree.Command("full seq display", _, argument):
                self.settings.is_full = argument == "on"
        return None


def _is_selector(node: SOp) -> bool:
    return isinstance(node.type, Selector)


def _no_example(outcome: Outcome) -> Fault:
    item = outcome.item
    assert item is not None, "what does not parse is not judged"
    meaning = outcome.example if outcome.example is not None else outcome.meaning
    found = "nothing" if meaning is None else in_words(meaning)
    hint = 'write "hello" or [1, 2, 3]'
    return Fault(f"an example is a text or a list of plain values, not empty, found {found}", item.span, hint)
