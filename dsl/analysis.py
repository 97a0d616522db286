"""A program as its writer meets it: faults, warnings, and every name with its meaning, whether or not it has faults."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Fault, LanguageError, Source, Span
from .checking.check import Checked, check
from .checking.environment import CellName, FunctionName, Meaning, kind_of
from .checking.resolution import Name
from .graph import SOp
from .program import Program
from .scope import Scope
from .syntax import tree

__all__ = ["Analysis", "Symbol", "analyse", "signature_of"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of a program.

    Attributes:
        kind: `variable`, `function`, `entry`, `parameter`, `cell`, `type` or `import`.
        span: where it is defined; for an imported name in the file that it comes from.
        uses: every other place that reads or sets it.
        type: its type, or for a function how it is called.
        contract: the clauses of its contract, as written.
        doc: the comment right before its definition.
    """

    name: str
    kind: str
    span: Span
    uses: tuple[Span, ...]
    type: str
    contract: tuple[str, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is found of a text; `program` is None where it has faults."""

    source: Source
    dialect: str
    program: Program | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    symbols: tuple[Symbol, ...]

    def symbol_at(self, offset: int) -> Symbol | None:
        """The name that is defined, read or set at a character of the text."""
        for symbol in self.symbols:
            for span in (symbol.span, *symbol.uses):
                if span.source == self.source and span.start <= offset <= span.stop:
                    return symbol
        return None


def analyse(source: Source, *, dialect: str, scope: Scope | None = None) -> Analysis:
    """Analyse a text; a program's faults are part of the answer.

    Raises:
        LanguageError: if the dialect is unknown.
    """
    try:
        checked = check(source, dialect, scope)
    except LanguageError as error:
        if error.faults[0].message.startswith("unknown dialect"):
            raise
        return Analysis(source, dialect, None, tuple(error.faults), (), ())
    faults = checked.record.faults_in_order()
    symbols = tuple(_symbol(name, checked) for name in checked.resolution.names)
    program = None if faults else checked.program
    return Analysis(source, dialect, program, faults, checked.program.warnings, symbols)


def _symbol(name: Name, checked: Checked) -> Symbol:
    meaning = checked.record.meanings.get(name.span)
    if name.kind == "import" and meaning is None:
        meaning = _imported(name, checked)
    definition = meaning.definition if isinstance(meaning, FunctionName) else name.definition
    span, uses = name.span, tuple(name.uses)
    if name.kind == "import" and isinstance(meaning, FunctionName):
        span, uses = meaning.definition.name_span, (name.span, *uses)
    return Symbol(
        name.name,
        name.kind,
        span,
        uses,
        _type(name, meaning, checked),
        _contract(meaning, definition),
        "" if name.is_local else _doc(span),
    )


def _imported(name: Name, checked: Checked) -> Meaning | None:
    found = (names[name.name] for names in checked.record.imports.values() if name.name in names)
    return next(found, None)


def _type(name: Name, meaning: Meaning | None, checked: Checked) -> str:
    if name.kind == "type":
        definition = name.definition
        return definition.type.span.text if isinstance(definition, tree.Alias) else "type"
    if meaning is None and isinstance(name.definition, tree.Definition):
        return signature_of(name.definition)
    return "" if meaning is None else _told(meaning)


def _told(meaning: Meaning) -> str:
    match meaning:
        case SOp():
            return str(meaning.type)
        case FunctionName(definition):
            return signature_of(definition)
        case CellName(signature):
            inputs = ", ".join(f"{port.name}: {port.type}" for port in signature.inputs)
            return f"({inputs}) -> {signature.output.type}"
    return kind_of(meaning)


def signature_of(definition: tree.Definition) -> str:
    """How a definition is called, as written: its parameters, their types and defaults, and its result."""
    generic = ", ".join(parameter.span.text for parameter in definition.type_parameters)
    parameters = ", ".join(parameter.span.text for parameter in definition.parameters)
    returns = f" -> {definition.returns.span.text}" if definition.returns else ""
    return f"{f'[{generic}]' if generic else ''}({parameters}){returns}"


def _contract(meaning: Meaning | None, definition: object) -> tuple[str, ...]:
    if isinstance(definition, tree.Definition):
        return tuple(" ".join(clause.span.text.split()) for clause in definition.clauses)
    if isinstance(meaning, CellName):
        clauses = (("requires", meaning.signature.requires), ("ensures", meaning.signature.ensures))
        return tuple(f"{kind} {text}" for kind, text in clauses if text)
    return ()


def _doc(span: Span) -> str:
    """The comment lines right before the line of a definition."""
    text, lines = span.source.text, list[str]()
    end = text.rfind("\n", 0, span.start)
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end].strip()
        if not line.startswith("#"):
            break
        lines.insert(0, line.removeprefix("#").strip())
        end = start - 1
    return "\n".join(lines)
