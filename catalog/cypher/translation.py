"""A portable query as each store must read it for both to answer alike.

In ladybug:

1. A variable length walks a relationship at most once: `*1..3` becomes `* TRAIL 1..3`.
2. The relationships of one MATCH differ: each pair that could be the same gains a condition, and those without a
   variable gain a name for it.
3. `n:Circuit` in a condition, `[x IN list WHERE … | …]` and a bare pattern in EXISTS or COUNT are spelled in
   ladybug's words; the sum of nothing is 0.
4. `COUNT { … }` also reads a property of the nodes that it counts for: where a query reads none of them otherwise,
   ladybug leaves out those whose count is 0.

The text between the replaced places stays as it is, so what an engine says about a query still fits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from .kinds import Kinds
from .patterns import Match, RelationshipPattern
from .reading import Query
from .tokens import tokens_of

__all__ = ["in_ladybug", "in_neo4j"]

_Edit = tuple[int, int, str]


@lru_cache(1_000)
def in_ladybug(cypher: str) -> str:
    """The text of a checked portable query in ladybug's dialect."""
    query = Query(tokens_of(cypher))
    edits = [
        *_matches(query, _free_name(cypher)),
        *_label_tests(query),
        *_functions(query),
        *_comprehensions(query),
        *_sums(query),
        *_counts(query),
    ]
    return _edited(cypher, edits)


@lru_cache(1_000)
def in_neo4j(cypher: str) -> str:
    """The text of a checked portable query in Neo4j's dialect; its columns keep the names of the portable one.

    Neo4j's own mean is a running one, whose last digit is often another than that of the sum over the count.
    """
    query = Query(tokens_of(cypher))
    return _edited(cypher, _averages(cypher, query))


def _edited(cypher: str, edits: Iterable[_Edit]) -> str:
    """The text after all edits; those at one place in their order."""
    for start, stop, text in sorted(edits, key=lambda edit: edit[:2])[::-1]:
        cypher = cypher[:start] + text + cypher[stop:]
    return cypher


def _free_name(cypher: str) -> str:
    name = "relationship_"
    while name in cypher.casefold():
        name += "_"
    return name


def _matches(query: Query, prefix: str) -> Iterator[_Edit]:
    names: dict[int, str] = {}
    for match in reversed(query.matches):  # what is nested closes before what is around it
        for one in match.relationships:
            if one.star is not None:
                at = query.tokens[one.star].stop
                yield at, at, " TRAIL "
        opening, closing = _braces(query, match)
        start, stop = query.tokens[match.paths[0].start].start, query.tokens[match.stop - 1].stop
        yield start, start, opening
        yield from _differences(query, match, prefix, names)
        yield stop, stop, closing


def _braces(query: Query, match: Match) -> tuple[str, str]:
    """What a pattern without MATCH needs around it, in a subquery or as a condition with relationships that differ."""
    if match.keyword is None:
        return ("EXISTS { MATCH ", " }") if any(True for _ in match.pairs()) else ("", "")
    return ("MATCH ", "") if query.text(match.keyword) == "{" else ("", "")


def _differences(query: Query, match: Match, prefix: str, names: dict[int, str]) -> Iterator[_Edit]:
    """The names and the condition that keep a MATCH from using a relationship twice."""
    conditions: list[str] = []
    for one, other in match.pairs():
        for relationship in (one, other):
            if relationship.dash not in names:
                names[relationship.dash], *edits = _named(query, relationship, f"{prefix}{len(names)}")
                yield from edits
        conditions.append(f"id({names[one.dash]}) <> id({names[other.dash]})")
    condition = " AND ".join(conditions)
    if condition and match.where is not None:
        where, stop = query.tokens[match.where], query.tokens[match.where_stop - 1].stop
        yield where.start, where.stop, "WHERE ("
        yield stop, stop, f") AND {condition}"
    elif condition:
        stop = query.tokens[match.stop - 1].stop
        yield stop, stop, f" WHERE {condition}"


def _named(query: Query, one: RelationshipPattern, free: str) -> tuple[str, *tuple[_Edit, ...]]:
    """The name of a relationship, and the edit that gives it one where it has none."""
    if one.variable:
        return (one.variable.text,)
    if one.bracket is not None:
        at = query.tokens[one.bracket].stop
        return free, (at, at, free)
    at = query.tokens[one.dash + (one.arrow == "<")].stop
    return free, (at, at, f"[{free}]")


def _label_tests(query: Query) -> Iterator[_Edit]:
    for test in query.label_tests:
        names = ", ".join(f"'{name}'" for name in test.names)
        variable = query.tokens[test.at]
        asked = _unless_null(variable.text, f"label({variable.text}) IN [{names}]")
        yield variable.start, query.tokens[test.stop - 1].stop, asked


def _unless_null(variable: str, value: str) -> str:
    """Null where the variable is, for ladybug knows the label of what an OPTIONAL MATCH did not find."""
    return f"(CASE WHEN {variable} IS NULL THEN NULL ELSE {value} END)"


def _functions(query: Query) -> Iterator[_Edit]:
    for at, token in enumerate(query.tokens):
        if query.text(at + 1) != "(" or query.text(at - 1) == ".":
            continue
        close = query.partners[at + 1]
        if token.keyword == "TYPE" and close == at + 3 and query.tokens[at + 2].is_name:
            variable = query.text(at + 2)
            yield token.start, query.tokens[close].stop, _unless_null(variable, f"label({variable})")
        if token.keyword == "ISEMPTY":
            yield token.start, token.stop, "(size"
            yield query.tokens[close].stop, query.tokens[close].stop, " = 0)"


def _comprehensions(query: Query) -> Iterator[_Edit]:
    for at in query.lambdas:
        opener = query.tokens[at - 1]
        if opener.text != "[":
            continue
        where, bar = query.comprehension(at - 1) or (None, None)
        name = query.text(at)
        close = query.tokens[query.partners[at - 1]]
        opening = "list_transform(" * (bar is not None) + "list_filter(" * (where is not None)
        yield opener.start, query.tokens[at + 1].stop, opening or "("
        if where is not None:
            yield query.tokens[where].start, query.tokens[where].stop, f", {name} ->"
        if bar is not None:
            yield query.tokens[bar].start, query.tokens[bar].stop, ")" * (where is not None) + f", {name} ->"
        yield close.start, close.stop, ")"


def _sums(query: Query) -> Iterator[_Edit]:
    kinds = Kinds(query.tokens, query.partners, query.labels, {})
    for at, token in enumerate(query.tokens):
        if query.word(at) == "SUM" and query.text(at + 1) == "(":
            close = query.tokens[query.partners[at + 1]]
            argument = at + 2 + (query.word(at + 2) == "DISTINCT")
            whole = kinds.whole(argument, query.partners[at + 1]) == "integer"
            yield token.start, token.start, "CAST(coalesce(" if whole else "coalesce("
            yield close.stop, close.stop, ", 0) AS INT64)" if whole else ", 0)"


def _counts(query: Query) -> Iterator[_Edit]:
    for at, token in enumerate(query.tokens):
        if query.word(at) != "COUNT" or query.text(at + 1) != "{":
            continue
        close = query.tokens[query.partners[at + 1]]
        asked = " OR ".join(f"{name}.event IS NULL" for name in _counted_for(query, at))
        if asked:
            yield token.start, token.start, f"(CASE WHEN {asked} THEN 0 ELSE "
            yield close.stop, close.stop, " END)"


def _counted_for(query: Query, count: int) -> list[str]:
    """The nodes in the pattern of a COUNT that the query knows from before it."""
    inside = range(count + 2, query.partners[count + 1] + 1)
    nodes = [node.variable for m in query.matches if m.stop in inside for path in m.paths for node in path.nodes]
    known = query.known_before(count)
    return sorted({variable.text for variable in nodes if variable and variable.name in known})


def _averages(cypher: str, query: Query) -> Iterator[_Edit]:
    for at, token in enumerate(query.tokens):
        if query.word(at) == "AVG" and query.text(at + 1) == "(":
            inner = query.tokens[at + 1 : query.partners[at + 1] + 1]
            shown = cypher[inner[0].start : inner[-1].stop]
            mean = f"(CASE count{shown} WHEN 0 THEN null ELSE toFloat(sum{shown}) / count{shown} END)"
            yield token.start, inner[-1].stop, mean
