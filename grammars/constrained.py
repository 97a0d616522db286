"""The grammars in the Lark dialect of llguidance, which holds a language model to them token by token.

The .lark files stay the only source; what llguidance needs otherwise is derived from them:

1. Lark loads a grammar and flattens it to plain rules: imports, aliases, optional parts and repetitions are gone.
2. Commands of RASP's interactive reader are left out: they end with their line, and a program holds none.
3. With the cells of a catalog, what `use` takes is narrowed to their names.
4. Names exclude the keywords.
5. Words are kept apart. Our lexer reads the longest word; llguidance looks only for what may come next, so that it
   would take `a ifb else c`. Where a fixed word stands that no name could stand for, a blank or a comment ends it
   (`_APART`), or what follows begins with a symbol (`_symbolic`).
6. `0..` becomes one lexeme (`_DOTTED`): llguidance does not take back a dot that could have begun a decimal's fraction.

So exactly the programs that parse are accepted.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lark import Lark
from lark.lexer import Pattern, PatternStr

from ..errors import StdcellError, did_you_mean

__all__ = ["constrained_grammar"]

_DIALECTS = ("cell", "rasp")
_LEFT_OUT = "command"
# A program may begin with a blank or a comment.
_OPTIONS = '%llguidance {"allow_initial_skip": true}'
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Every terminal that begins with a letter or a digit, and is no fixed text, takes one of these.
_SHORTEST_WORDS = ("a", "0", "0.0")

_WHOLE_NUMBER, _DOTS = "INTEGER", ".."
_GUARD, _APART, _DOTTED = "!", "_APART", "_DOTTED"

_Expansion: TypeAlias = tuple[str, ...]
_Rules: TypeAlias = dict[str, list[_Expansion]]
_End: TypeAlias = Literal["any", "apart", "bare", "dotted"]


def constrained_grammar(dialect: str, cells: Mapping[str, Iterable[str]] | None = None) -> str:
    """The grammar of whole programs of a dialect, as one text for llguidance.

    Args:
        dialect: `cell` or `rasp`.
        cells: the names of a catalog's cells by kind (`circuit`, `formula`, `program`); None for any name. A kind
            without cells cannot be used by name; `use … where` stays free.

    Raises:
        StdcellError: if there is no such dialect, or if cells are given for one that takes none from a catalog.
    """
    if dialect not in _DIALECTS:
        hint = did_you_mean(dialect, _DIALECTS) or f"expected {' or '.join(map(repr, _DIALECTS))}"
        raise StdcellError(f"no dialect named {dialect!r}; {hint}")
    grammar = _read(dialect)
    if cells is not None:
        if "target" not in grammar.rules:
            raise StdcellError(f"the dialect {dialect!r} takes no cells from a catalog; leave them out")
        _restrict_targets(grammar, cells)
    rules = _Separator(grammar).separated()
    return "\n".join([_OPTIONS, f"// The {dialect} dialect of stdcell.", *_lines(grammar, rules), ""])


@dataclass(slots=True)
class _Grammar:
    """Plain rules over terminals, each terminal's definition for llguidance, and which terminals are words."""

    rules: _Rules
    patterns: dict[str, Pattern]
    keywords: frozenset[str]
    ignored: list[str]
    definitions: dict[str, str] = field(default_factory=dict)
    # Terminals that begin with a letter or a digit, those of fixed texts among them, and those that take any word.
    words: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def takes(self, terminal: str, text: str) -> bool:
        """Whether our lexer reads the whole text as this terminal."""
        pattern = self.patterns[terminal]
        is_reserved = text in self.keywords and not isinstance(pattern, PatternStr)
        return not is_reserved and bool(re.fullmatch(pattern.to_regexp(), text))


def _read(dialect: str) -> _Grammar:
    lark = Lark.open_from_package(__package__, f"{dialect}.lark", start="start", parser="lalr", lexer="basic")
    rules: _Rules = defaultdict(list)
    for rule in lark.rules:
        expansion = tuple(symbol.name for symbol in rule.expansion)
        if rule.origin.name != _LEFT_OUT and _LEFT_OUT not in expansion:
            rules[rule.origin.name].append(expansion)
    patterns = {terminal.name: terminal.pattern for terminal in lark.terminals}
    fixed = {
        name for name, pattern in patterns.items() if isinstance(pattern, PatternStr) and _WORD.match(pattern.value)
    }
    keywords = frozenset(patterns[name].value for name in fixed)
    grammar = _Grammar(dict(rules), patterns, keywords, list(lark.ignore_tokens), fixed=fixed)
    for name, pattern in patterns.items():
        grammar.definitions[name], takes_keywords = _definition(pattern, keywords)
        if takes_keywords:
            grammar.names.add(name)
    grammar.words = fixed | {name for name in patterns if any(grammar.takes(name, word) for word in _SHORTEST_WORDS)}
    return grammar


def _definition(pattern: Pattern, keywords: Iterable[str]) -> tuple[str, bool]:
    """A terminal for llguidance, and whether keywords had to be taken out of it."""
    if isinstance(pattern, PatternStr):
        return json.dumps(pattern.value), False
    regexp = re.sub(r"[\t\n\f\r]", lambda found: repr(found[0])[1:-1].replace(r"\x0c", r"\f"), pattern.value)
    taken = sorted(word for word in keywords if re.fullmatch(pattern.value, word))
    body = "/" + re.sub(r"(?<!\\)/", r"\/", regexp) + "/"
    return (f"{body} & ~/{'|'.join(taken)}/", True) if taken else (body, False)


def _restrict_targets(grammar: _Grammar, cells: Mapping[str, Iterable[str]]) -> None:
    """Let `use KIND target` take only the cells of that kind: quoted, or bare where the name has that form."""
    targets, uses = grammar.rules.pop("target"), grammar.rules["use"]
    grammar.rules["use"] = [expansion for expansion in uses if "target" not in expansion]
    for kind in filter(_WORD.fullmatch, cells):
        written = _written(grammar, kind, cells[kind])
        if not written:
            continue
        kind_terminal, kind_target = f"{kind}_KIND".upper(), f"{kind}_target"
        _add_fixed(grammar, kind_terminal, [kind])
        grammar.rules[kind_target] = [(written[first], *rest) for first, *rest in targets if first in written]
        for expansion in uses:
            if "target" in expansion:
                at = expansion.index("target")
                grammar.rules["use"].append((*expansion[: at - 1], kind_terminal, kind_target, *expansion[at + 1 :]))


def _written(grammar: _Grammar, kind: str, names: Iterable[str]) -> dict[str, str]:
    """A terminal for the cells' names in each form that a target takes; a form that fits no name is left out."""
    names = sorted(set(names))
    forms = {"NAME": names, "STRING": [text for name in names for text in (f'"{name}"', f"'{name}'")]}
    written = {}
    for form, texts in forms.items():
        if fitting := [text for text in texts if grammar.takes(form, text)]:
            written[form] = f"{kind}_{form}".upper()
            _add_fixed(grammar, written[form], fitting)
    return written


def _add_fixed(grammar: _Grammar, terminal: str, texts: list[str]) -> None:
    grammar.definitions[terminal] = "\n    | ".join(json.dumps(text, ensure_ascii=False) for text in texts)
    if _WORD.match(texts[0]):
        grammar.words.add(terminal)
        grammar.fixed.add(terminal)


class _Separator:
    """Writes the rules anew so that no two words touch; a rule gets a variant for each way in which it is needed.

    A variant may have to begin with a symbol (`symbolic`), and may have to end in a certain way: `bare` in a fixed word
    that only a symbol may follow, `apart` in anything else, `dotted` in a whole number with the two dots behind it.
    """

    def __init__(self, grammar: _Grammar) -> None:
        self._words = grammar.words
        self._firsts = _first_terminals(grammar.rules)
        self._rules = {
            origin: [self._marked(grammar, origin, expansion) for expansion in expansions]
            for origin, expansions in grammar.rules.items()
        }
        self._guarded = _ending_in(self._rules, {f"{word}{_GUARD}" for word in grammar.fixed})
        self._dots = next((name for name, text in grammar.definitions.items() if text == json.dumps(_DOTS)), None)
        self._counted = _ending_in(self._rules, {_WHOLE_NUMBER})
        self._separated: _Rules = {}

    def separated(self) -> _Rules:
        """All rules that a program needs."""
        self._variant("start", False, "any")
        return self._separated

    def _marked(self, grammar: _Grammar, origin: str, expansion: _Expansion) -> _Expansion:
        """The expansion with a guard on each fixed word that does not stand where a name could stand as well."""

        def is_guarded(at: int) -> bool:
            rivals = [other[at] for other in grammar.rules[origin] if other[:at] == expansion[:at] and len(other) > at]
            return expansion[at] in grammar.fixed and not any(self._firsts[rival] & grammar.names for rival in rivals)

        return tuple(f"{symbol}{_GUARD}" if is_guarded(at) else symbol for at, symbol in enumerate(expansion))

    def _variant(self, symbol: str, symbolic: bool, end: _End) -> str | None:
        """The name of a symbol's variant, None where it has none."""
        if symbol not in self._rules:
            return self._terminal(symbol, symbolic, end)
        words = self._firsts[symbol] & self._words
        if symbolic and words == self._firsts[symbol]:
            return None
        if symbol not in (self._counted if end == "dotted" else self._guarded):
            if end in ("bare", "dotted"):
                return None
            end = "any"
        name = symbol + ("_symbolic" if symbolic and words else "") + (f"_{end}" if end != "any" else "")
        if name not in self._separated:
            self._separated[name] = []
            found = [new for old in self._rules[symbol] for new in self._sequences(old, bool(symbolic and words), end)]
            self._separated[name] = list(dict.fromkeys(found))
        return name

    def _terminal(self, symbol: str, symbolic: bool, end: _End) -> str | None:
        terminal = symbol.removesuffix(_GUARD)
        is_guarded = terminal != symbol
        if symbolic and terminal in self._words:
            return None
        match end:
            case "apart" if is_guarded:
                return terminal + _APART
            case "bare" if not is_guarded:
                return None
            case "dotted":
                return terminal + _DOTTED if terminal == _WHOLE_NUMBER else None
        return terminal

    def _sequences(self, symbols: _Expansion, symbolic: bool, end: _End) -> Iterator[_Expansion]:
        """All ways to write the symbols one after another."""
        if len(symbols) < 2:
            variants = [self._variant(symbol, symbolic, end) for symbol in symbols]
            yield from [tuple(filter(None, variants))] if all(variants) else []
            return
        first, second, *rest = symbols
        for first_end, then_symbolic in self._joints(first, second):
            if head := self._variant(first, symbolic, first_end):
                yield from ((head, *tail) for tail in self._sequences((second, *rest), then_symbolic, end))
        if second == self._dots and (head := self._variant(first, symbolic, "dotted")):
            yield from ((head, *tail) for tail in self._sequences(tuple(rest), False, end))

    def _joints(self, first: str, second: str) -> list[tuple[_End, bool]]:
        """How the first symbol may end, and whether the second has to begin with a symbol then."""
        if first not in self._guarded:
            return [("any", False)]
        begins = self._firsts[second.removesuffix(_GUARD)]
        return [("apart", False), ("bare", True)] if begins - self._words else [("apart", False)]


def _first_terminals(rules: _Rules) -> dict[str, set[str]]:
    """What each symbol's text can begin with."""
    assert all(all(expansions) for origin, expansions in rules.items() if origin != "start"), "a rule may be empty"
    symbols = {symbol for expansions in rules.values() for expansion in expansions for symbol in expansion}
    firsts = {symbol: set() if symbol in rules else {symbol} for symbol in symbols | set(rules)}
    for _ in rules:
        for origin, expansions in rules.items():
            firsts[origin] |= {first for expansion in expansions if expansion for first in firsts[expansion[0]]}
    return firsts


def _ending_in(rules: _Rules, terminals: set[str]) -> set[str]:
    """The rules some text of which ends in one of the terminals."""
    ending = set(terminals)
    for _ in rules:
        ending |= {origin for origin, expansions in rules.items() if any({*old[-1:]} & ending for old in expansions)}
    return ending


def _lines(grammar: _Grammar, rules: _Rules) -> Iterator[str]:
    """Rules and terminals as text; a literal stands in the rules themselves."""

    def written(symbol: str) -> str:
        definition = grammar.definitions.get(symbol, "")
        return definition if definition.startswith('"') and "\n" not in definition else symbol.lstrip("_")

    for origin, expansions in rules.items():
        yield f"{written(origin)}: " + "\n    | ".join(" ".join(map(written, symbols)) for symbols in expansions)
    used = {symbol for expansions in rules.values() for symbols in expansions for symbol in symbols} - set(rules)
    for terminal in sorted(used | set(grammar.ignored)):
        if terminal.endswith(_APART):
            yield f"{written(terminal)}: {written(terminal.removesuffix(_APART))} COMMENT? SPACE"
            used |= {terminal.removesuffix(_APART)}
        elif terminal.endswith(_DOTTED):
            yield f'{written(terminal)}: {terminal.removesuffix(_DOTTED)} ".."'
    for terminal in sorted(used | set(grammar.ignored)):
        if terminal in grammar.definitions and written(terminal) == terminal:
            yield f"{terminal}: {grammar.definitions[terminal]}"
    yield from (f"%ignore {terminal}" for terminal in grammar.ignored)
