"""The patterns of a portable query: its nodes, its relationships, and which of these must differ.

1. A MATCH is read up to its next clause, strictly: what is no plain path of Cypher is refused with its place.
2. Cypher never uses a relationship twice within one MATCH. Neo4j keeps to that and ladybug does not, so each MATCH
   tells the pairs of its relationships that could be one and the same.
3. In conditions, a pattern is a test; and `n:Label` is one where no brace of a map is around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ...errors import CatalogError, did_you_mean
from .tokens import OPENERS, Token, is_keyword, refused

__all__ = ["CLAUSES", "LabelTest", "Match", "NodePattern", "Path", "RelationshipPattern", "label_tests", "matches_of"]

CLAUSES = {"MATCH", "OPTIONAL", "WHERE", "WITH", "UNWIND", "RETURN", "UNION", "ORDER", "SKIP", "LIMIT"}
_LONGEST = 30  # ladybug's bound


@dataclass(frozen=True, slots=True)
class NodePattern:
    """`(variable:labels {…})`; no label stands for all."""

    variable: Token | None
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelationshipPattern:
    """`-[variable:types*range {…}]->`; no type stands for all.

    Attributes:
        bracket: index of `[`; None where there is none, and then `dash` is the index of the first `-`.
        star: index of the `*` of a variable length.
        arrow: `<`, `>` or empty text where it is undirected.
    """

    variable: Token | None
    types: tuple[str, ...]
    dash: int
    bracket: int | None
    star: int | None
    arrow: str

    def may_equal(self, other: RelationshipPattern) -> bool:
        """Whether both could be the same relationship, by their types."""
        return not self.types or not other.types or not set(self.types).isdisjoint(other.types)


@dataclass(frozen=True, slots=True)
class Path:
    """A path with the variable that it is given; `start` is the index of its first parenthesis."""

    variable: Token | None
    start: int
    nodes: list[NodePattern] = field(default_factory=list)
    relationships: list[RelationshipPattern] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Match:
    """The patterns between MATCH and the next clause, or one that stands as a condition.

    Attributes:
        keyword: index of MATCH; None for a condition.
        stop: index behind the last token of the patterns.
        where: index of its WHERE, with `where_stop` behind its condition.
    """

    keyword: int | None
    paths: list[Path]
    stop: int
    where: int | None = None
    where_stop: int = 0

    @property
    def relationships(self) -> list[RelationshipPattern]:
        """All its relationships, in order."""
        return [one for path in self.paths for one in path.relationships]

    def pairs(self) -> Iterator[tuple[RelationshipPattern, RelationshipPattern]]:
        """The pairs of relationships that must differ and could be equal."""
        return ((one, other) for one, other in combinations(self.relationships, 2) if one.may_equal(other))


@dataclass(frozen=True, slots=True)
class LabelTest:
    """`n:Circuit|Formula` as a condition: the index of `n`, the names, and the index behind the last of them."""

    at: int
    names: tuple[str, ...]
    stop: int


def matches_of(tokens: Sequence[Token], partners: dict[int, int]) -> list[Match]:
    """All MATCHes of a query, those of subqueries too, and the patterns in its conditions.

    Raises:
        CatalogError: naming the first token that no portable pattern holds, and the spelling that is portable.
    """
    reader = _Reader(tokens, partners)
    found: list[Match] = []
    at = 0
    while at < len(tokens):
        if tokens[at].keyword == "MATCH" and is_keyword(tokens, at):
            found.append(reader.match(at))
            at = found[-1].stop
        elif reader.opens_subquery(at):
            found.append(reader.bare(at + 1))
            at = found[-1].stop
        elif reader.opens_condition(at):
            path, stop = reader.path(at)
            found.append(Match(None, [path], stop))
            at = stop
        else:
            at += 1
    return found


def label_tests(tokens: Sequence[Token], partners: dict[int, int], matches: Sequence[Match]) -> Iterator[LabelTest]:
    """The label tests outside patterns.

    Raises:
        CatalogError: for `:A:B`, `:A&B` and the like.
    """
    inside = {at for match in matches for at in range(_first(match), match.stop)}
    for at in range(1, len(tokens) - 1):
        if tokens[at].text != ":" or at in inside or not tokens[at - 1].is_name or not tokens[at + 1].is_name:
            continue
        opener = _opener(tokens, partners, at)
        is_map = opener is not None and tokens[opener].text == "{" and tokens[at - 2].text in ("{", ",")
        if not is_map and (at < 2 or tokens[at - 2].text != "."):
            names, stop = _Reader(tokens, partners).names(at, "n:A AND n:B")
            yield LabelTest(at - 1, names, stop)


def _first(match: Match) -> int:
    return match.keyword if match.keyword is not None else match.paths[0].start


def _opener(tokens: Sequence[Token], partners: dict[int, int], at: int) -> int | None:
    """The innermost bracket that is open at an index."""
    while at > 0:
        at -= 1
        if tokens[at].text in OPENERS and partners.get(at, 0) > at and tokens[at].kind == "mark":
            return at
        at = min(at, partners.get(at, at))
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    tokens: Sequence[Token]
    partners: dict[int, int]

    def text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def keyword(self, at: int) -> str:
        return self.tokens[at].keyword if 0 <= at < len(self.tokens) and is_keyword(self.tokens, at) else ""

    def opens_subquery(self, at: int) -> bool:
        """Whether `{` of EXISTS or COUNT stands here, with a pattern and no MATCH in it."""
        return self.text(at) == "{" and self.keyword(at - 1) in ("EXISTS", "COUNT") and self.text(at + 1) == "("

    def opens_condition(self, at: int) -> bool:
        """Whether a parenthesis stands here that a relationship follows."""
        if self.text(at) != "(" or at not in self.partners or self.tokens[at].kind != "mark":
            return False
        behind = self.partners[at] + 1
        if self.text(behind) == "<":
            return self.text(behind + 1) == "-" and self.text(behind + 2) in ("-", "[")
        return self.text(behind) == "-" and self.text(behind + 1) in ("-", "[") and self.text(behind + 2) != "("

    def match(self, keyword: int) -> Match:
        paths, stop = self.paths(keyword + 1)
        where = stop if self.keyword(stop) == "WHERE" else None
        return Match(keyword, paths, stop, where, self.clause_end(stop + 1) if where else 0)

    def bare(self, start: int) -> Match:
        """The patterns of `EXISTS { (a)-->(b) }`."""
        match = self.match(start - 1)
        return Match(start - 1, match.paths, match.stop, match.where, match.where_stop)

    def paths(self, at: int) -> tuple[list[Path], int]:
        paths = []
        while True:
            path, at = self.path(at)
            paths.append(path)
            if self.text(at) != ",":
                break
            at += 1
        if at < len(self.tokens) and self.text(at) != "}" and self.keyword(at) not in CLAUSES:
            raise refused(self.tokens[at], self.unread(at))
        return paths, at

    def unread(self, at: int) -> str:
        word = self.tokens[at].keyword
        near = did_you_mean(word, CLAUSES) if word and word not in CLAUSES else None
        if near:
            return near
        if self.text(at) in ("+", "*", "{"):
            return "write a variable length as -[:T*1..6]->"
        return "a path is nodes in parentheses and relationships in brackets between them"

    def clause_end(self, at: int) -> int:
        """The index of the next clause at this depth, or of the bracket that closes it."""
        while at < len(self.tokens) and self.text(at) not in (")", "]", "}"):
            starts = self.keyword(at) in CLAUSES
            if starts and not (self.keyword(at) == "WITH" and self.keyword(at - 1) in ("STARTS", "ENDS")):
                break
            at = max(at, self.partners.get(at, at)) + 1
        return at

    def path(self, at: int) -> tuple[Path, int]:
        variable = None
        if self.text(at + 1) == "=" and self.tokens[at].is_name:
            variable, at = self.tokens[at], at + 2
        if self.text(at) != "(":
            raise self.no_node(at)
        path = Path(variable, at)
        node, at = self.node(at)
        path.nodes.append(node)
        while self.text(at) in ("-", "<"):
            relationship, at = self.relationship(at)
            path.relationships.append(relationship)
            if self.text(at) != "(":
                raise self.no_node(at)
            node, at = self.node(at)
            path.nodes.append(node)
        return path, at

    def no_node(self, at: int) -> CatalogError:
        if at >= len(self.tokens):
            return CatalogError("a pattern ends before its last node; write (…) behind it")
        token = self.tokens[at]
        if token.keyword in ("SHORTESTPATH", "ALLSHORTESTPATHS", "SHORTEST", "ANY", "ALL"):
            return refused(token, "write p = (a)-[:T*1..6]->(b), ORDER BY length(p) LIMIT 1")
        return refused(token, self.unread(at))

    def node(self, at: int) -> tuple[NodePattern, int]:
        stop = self.closing(at)
        at += 1
        variable = None
        if at < stop and self.tokens[at].is_name and self.tokens[at].keyword not in ("WHERE", "IS"):
            variable, at = self.tokens[at], at + 1
        labels: tuple[str, ...] = ()
        if self.text(at) == ":":
            labels, at = self.names(at, "MATCH (n:A) WHERE n:B")
        at = self.properties(at, stop)
        return NodePattern(variable, labels), stop + 1

    def properties(self, at: int, stop: int) -> int:
        if self.text(at) == "{":
            at = self.partners.get(at, at) + 1
        if at < stop:
            raise refused(self.tokens[at], "write the condition behind the pattern, as WHERE …")
        return at

    def relationship(self, at: int) -> tuple[RelationshipPattern, int]:
        dash = at
        left = self.text(at) == "<"
        at += left
        bracket, star = None, None
        variable: Token | None = None
        types: tuple[str, ...] = ()
        if self.text(at) != "-":
            raise refused(self.tokens[dash], self.unread(dash))
        at += 1
        if self.text(at) == "[":
            bracket, stop = at, self.closing(at)
            variable, types, star = self.inside(at + 1, stop)
            at = stop + 1
        if self.text(at) != "-":
            raise refused(self.tokens[min(at, len(self.tokens) - 1)], self.unread(at))
        at += 1
        right = self.text(at) == ">"
        if left and right:
            raise refused(self.tokens[dash], "write --, which has no direction, or one of --> and <--")
        return RelationshipPattern(variable, types, dash, bracket, star, "<" * left + ">" * right), at + right

    def inside(self, at: int, stop: int) -> tuple[Token | None, tuple[str, ...], int | None]:
        variable: Token | None = None
        types: tuple[str, ...] = ()
        star: int | None = None
        if at < stop and self.tokens[at].is_name and self.tokens[at].keyword != "WHERE":
            variable, at = self.tokens[at], at + 1
        if self.text(at) == ":":
            types, at = self.names(at, "-[r:A|B]->")
        if self.text(at) == "*":
            star, at = at, self.range(at)
        self.properties(at, stop)
        return variable, types, star

    def range(self, star: int) -> int:
        at = star + 1
        while self.text(at) == "." or (at < len(self.tokens) and self.tokens[at].kind == "number"):
            at += 1
        bounds = "".join(self.text(index) for index in range(star + 1, at))
        low, dots, high = bounds.partition("..")
        longest = high if dots else bounds
        if not longest.isdigit() or int(longest) > _LONGEST:
            raise refused(self.tokens[star], f"give the length a bound of at most {_LONGEST}, as *1..6")
        if dots and low.isdigit() and int(low) > int(longest):
            raise refused(self.tokens[star], f"the least length stands first, as *{longest}..{low}")
        return at

    def names(self, at: int, instead: str) -> tuple[tuple[str, ...], int]:
        """The names behind the `:` at an index, with `|` between them."""
        names = []
        while True:
            if at + 1 >= len(self.tokens) or not self.tokens[at + 1].is_name:
                token = self.tokens[min(at + 1, len(self.tokens) - 1)]
                raise refused(token, "name the labels or types that are meant, with | between them")
            names.append(self.tokens[at + 1].name)
            at += 2
            if self.text(at) != "|":
                break
        if self.text(at) in (":", "&"):
            raise refused(self.tokens[at], f"write {instead}")
        return tuple(names), at

    def closing(self, at: int) -> int:
        if at not in self.partners:
            raise CatalogError(f"the bracket {self.tokens[at].place} is not closed")
        return self.partners[at]
