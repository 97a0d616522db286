"""A query as the checks and the translation see it: tokens, bracket pairs, patterns, and what its variables are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..schema import LABELS
from .patterns import CLAUSES, LabelTest, Match, NodePattern, RelationshipPattern, label_tests, matches_of
from .tokens import Token, is_keyword, partners_of

__all__ = ["WORDS", "Query"]

WORDS = CLAUSES | set(
    [
        "AND",
        "OR",
        "XOR",
        "NOT",
        "IN",
        "IS",
        "NULL",
        "TRUE",
        "FALSE",
        "STARTS",
        "ENDS",
        "CONTAINS",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "AS",
        "BY",
        "ASC",
        "ASCENDING",
        "DESC",
        "DESCENDING",
        "DISTINCT",
        "EXISTS",
        "ALL",
    ]
)


@dataclass(frozen=True)
class Query:
    """The tokens of one safe query."""

    tokens: Sequence[Token]

    @cached_property
    def _words(self) -> list[str]:
        return [token.keyword if is_keyword(self.tokens, at) else "" for at, token in enumerate(self.tokens)]

    @cached_property
    def partners(self) -> dict[int, int]:
        """The other bracket of each bracket, by index."""
        return partners_of(self.tokens)

    @cached_property
    def matches(self) -> list[Match]:
        """The patterns, in order."""
        return matches_of(self.tokens, self.partners)

    @cached_property
    def label_tests(self) -> list[LabelTest]:
        """The conditions on labels outside patterns."""
        return list(label_tests(self.tokens, self.partners, self.matches))

    @cached_property
    def inside_patterns(self) -> frozenset[int]:
        """The indices that belong to patterns, without the property maps in them."""
        inside = set()
        for match in self.matches:
            at = match.paths[0].start if match.keyword is None else match.keyword + 1
            while at < match.stop:
                if self.text(at) == "{":
                    at = self.partners.get(at, at)
                else:
                    inside.add(at)
                at += 1
        return frozenset(inside)

    @cached_property
    def node_patterns(self) -> list[tuple[int, NodePattern]]:
        """Every node of a pattern with the number of the UNION's part that it stands in."""
        return [(self.part(path.start), node) for m in self.matches for path in m.paths for node in path.nodes]

    @cached_property
    def relationship_patterns(self) -> list[tuple[int, RelationshipPattern]]:
        """Every relationship of a pattern with the number of the UNION's part that it stands in."""
        return [(self.part(one.dash), one) for match in self.matches for one in match.relationships]

    @cached_property
    def unions(self) -> list[int]:
        """The indices of UNION."""
        return [at for at in range(len(self.tokens)) if self.word(at) == "UNION"]

    @cached_property
    def rebound(self) -> frozenset[str]:
        """The names that `AS` or a list's `x IN` binds."""
        names = {self.name(at + 1) for at in range(len(self.tokens)) if self.word(at) == "AS"}
        return frozenset(names | {self.name(at) for at in self.lambdas})

    @cached_property
    def lambdas(self) -> list[int]:
        """The indices of `x` in `[x IN …` and `any(x IN … WHERE …)`."""
        quantifiers = {"ANY", "ALL", "NONE", "SINGLE"}
        return [
            at
            for at in range(1, len(self.tokens) - 1)
            if self.tokens[at].is_name
            and self.word(at + 1) == "IN"
            and (
                (self.text(at - 1) == "[" and not self.is_index(at - 1) and self.comprehension(at - 1))
                or (self.text(at - 1) == "(" and self.keyword(at - 2) in quantifiers)
            )
        ]

    @cached_property
    def declared(self) -> list[Token]:
        """The names that the query gives, where it gives them."""
        nodes = [node.variable for _, node in self.node_patterns]
        relationships = [one.variable for _, one in self.relationship_patterns]
        paths = [path.variable for match in self.matches for path in match.paths]
        aliases = [self.tokens[at] for at in range(1, len(self.tokens)) if self.word(at - 1) == "AS"]
        lists = [self.tokens[at] for at in self.lambdas]
        return [token for token in (*nodes, *relationships, *paths, *aliases, *lists) if token and token.is_name]

    @cached_property
    def lambda_ins(self) -> frozenset[int]:
        """The indices of IN behind such an `x`."""
        return frozenset(at + 1 for at in self.lambdas)

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """The labels of each variable that only patterns bind: those written, or all."""
        found: dict[str, tuple[str, ...]] = {}
        for _, node in self.node_patterns:
            name = node.variable.name if node.variable else ""
            if name and name not in self.rebound:
                before = found.get(name, ())
                found[name] = tuple(dict.fromkeys((*before, *node.labels)))
        return {name: labels or tuple(LABELS) for name, labels in found.items()}

    def comprehension(self, at: int) -> tuple[int | None, int | None] | None:
        """The indices of WHERE and `|` of the list comprehension that opens at an index; None where it is none."""
        where, bar = None, None
        for inner in self.inner(at):
            if self.word(inner) == "WHERE" and where is None:
                where = inner
            elif self.text(inner) == "|" and inner not in self.inside_patterns:
                bar = inner
            elif self.text(inner) == ",":
                return None
        return where, bar

    def inner(self, at: int) -> Iterator[int]:
        """The indices directly within the bracket at an index, not within brackets in it."""
        stop = self.partners.get(at, at)
        at += 1
        while at < stop:
            yield at
            at = max(at, self.partners.get(at, at)) + 1

    def results_of_case(self, at: int) -> list[int]:
        """The indices of the THEN and ELSE of the CASE at an index."""
        found, depth, at = [], 1, at + 1
        while at < len(self.tokens) and depth:
            depth += (self.word(at) == "CASE") - (self.word(at) == "END")
            if depth == 1 and self.word(at) in ("THEN", "ELSE"):
                found.append(at)
            at = max(at, self.partners.get(at, at)) + 1
        return found

    def is_index(self, at: int) -> bool:
        """Whether `[` at an index stands behind a value."""
        before = self.tokens[at - 1] if at else None
        if before is None or at in self.inside_patterns:
            return False
        if before.is_name:
            return before.kind == "quoted" or self.word(at - 1) not in WORDS
        return before.kind == "string" or before.text in (")", "]", "}")

    def text(self, at: int) -> str:
        """The text of a token; empty beyond the ends."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def name(self, at: int) -> str:
        """The name that a token gives; empty beyond the ends."""
        return self.tokens[at].name if 0 <= at < len(self.tokens) else ""

    def keyword(self, at: int) -> str:
        """The upper-case word of a token; empty beyond the ends."""
        return self.tokens[at].keyword if 0 <= at < len(self.tokens) else ""

    def word(self, at: int) -> str:
        """The word of the language that a token is; empty where it is none."""
        return self._words[at] if 0 <= at < len(self._words) else ""

    def starts_clause(self, at: int) -> bool:
        """Whether a clause begins here; the WITH of STARTS WITH is none."""
        word = self.word(at)
        return word in CLAUSES and not (word == "WITH" and self.word(at - 1) in ("STARTS", "ENDS"))

    def known_before(self, at: int) -> set[str]:
        """The names that a clause at an index may use: of its part, since a WITH what that hands on."""
        known: set[str] = set()
        clause = self.unions[self.part(at) - 1] + 1 if self.part(at) else 0
        while clause < at:
            stop = min(self.clause_end(clause + 1), at)
            if self.word(clause) == "WITH" and stop < at:
                known = self._handed_on(clause, known)
            elif self.word(clause) in ("MATCH", "UNWIND"):
                known |= {token.name for token in self.declared if token in self.tokens[clause:stop]}
            clause = stop
        around = [inner for inner in range(at) if self.text(inner) == "{" and self.partners.get(inner, 0) > at]
        return known | {token.name for token in self.declared if around and token in self.tokens[around[0] : at]}

    def _handed_on(self, at: int, known: set[str]) -> set[str]:
        items = self.items(at + 1 + (self.word(at + 1) == "DISTINCT"))
        star = any(self.text(first) == "*" for first, _ in items)
        return {self.name(stop - 1) for _, stop in items} | (known if star else set())

    def part(self, at: int) -> int:
        """Which part of a UNION an index is in."""
        return sum(union < at for union in self.unions)

    def clause_end(self, at: int) -> int:
        """The index of the next clause at this depth, of the closing bracket, or of the end."""
        while at < len(self.tokens) and self.text(at) not in (")", "]", "}") and not self.starts_clause(at):
            at = max(at, self.partners.get(at, at)) + 1
        return at

    def items(self, start: int) -> list[tuple[int, int]]:
        """The stretches between commas of the clause whose first token is given."""
        stop = self.clause_end(start)
        bounds, at = [start - 1], start
        while at < stop:
            if self.text(at) == ",":
                bounds.append(at)
            at = max(at, self.partners.get(at, at)) + 1
        return [(before + 1, after) for before, after in zip(bounds, [*bounds[1:], stop], strict=True)]
