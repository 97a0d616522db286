"""Which patterns, variables and properties of a query both stores read alike."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import CatalogError, did_you_mean
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS
from .patterns import Match, NodePattern, RelationshipPattern
from .portability import RESERVED
from .reading import Query
from .statements import properties_of
from .tokens import Token, refused

__all__ = ["check_shapes"]

_TRUTHS = ("TRUE", "FALSE", "NULL")
_COMMON = ("event",)  # of every node and relationship


def check_shapes(query: Query) -> None:
    """Refuse patterns, variables and properties that the stores read differently.

    Raises:
        CatalogError: at the first one, with the portable spelling.
    """
    for number, match in enumerate(query.matches):
        _check_match(query, match)
        if query.word((match.keyword or 0) - 1) == "OPTIONAL":
            _check_optional(query, match, query.matches[:number])
    _ = query.label_tests
    _check_conditions(query)
    _check_names(query)
    _check_bound_once(query)
    _check_properties(query)


def _check_match(query: Query, match: Match) -> None:
    for path in match.paths:
        for left, one, right in zip(path.nodes, path.relationships, path.nodes[1:], strict=False):
            token = query.tokens[one.dash]
            if one.star is not None and one.variable and _is_used(query, one.variable):
                raise refused(one.variable, "give the path a name, p = (a)-[…]->(b), and ask relationships(p)")
            if not one.arrow and one.star is not None:
                raise refused(
                    query.tokens[one.star],
                    "give a variable length a direction, and UNION ALL the other direction where both are meant",
                )
            if not one.arrow and _may_loop(left, one, right):
                raise refused(
                    token, "a node may be joined to itself here, so write --> or <--, or name types that join two nodes"
                )
    for one, other in match.pairs():
        star = one.star or other.star
        if star is not None:
            raise refused(
                query.tokens[star],
                "one MATCH never uses a relationship twice, so a variable length beside others of its type stands in a "
                "MATCH of its own",
            )


def _check_optional(query: Query, match: Match, before: Sequence[Match]) -> None:
    """Refuse two shapes that ladybug answers with too few rows."""
    start = match.keyword or 0
    counts = [at for at in range(start) if query.word(at) == "COUNT" and query.text(at + 1) == "{"]
    if any(query.part(at) == query.part(start) for at in counts):
        raise refused(query.tokens[counts[-1]], "count behind the last OPTIONAL MATCH")
    known = {node.variable.name for one in before for path in one.paths for node in path.nodes if node.variable}
    asked = [
        at
        for at in range(match.where or 0, match.where_stop)
        if query.text(at + 1) == "." and query.name(at) in known and query.text(at - 1) not in (".", "$")
    ]
    labelled = [one.at for one in query.label_tests if one.at in range(match.where or 0, match.where_stop)]
    labelled = [at for at in labelled if query.name(at) in known]
    asked += labelled
    if labelled or len({query.name(at) for at in asked}) > 1:
        raise refused(
            query.tokens[asked[-1]], "put conditions on earlier variables into the WHERE before the OPTIONAL MATCH"
        )


def _is_used(query: Query, variable: Token) -> bool:
    return any(token.is_name and token.name == variable.name and token != variable for token in query.tokens)


def _may_loop(left: NodePattern, one: RelationshipPattern, right: NodePattern) -> bool:
    """Whether an undirected relationship may join a node to itself, which ladybug would find twice.

    Only COMPATIBLE joins a port type to itself; every other relationship of the catalog has two ends.
    """
    loops = {source for source, target in RELATIONSHIP_TYPES["COMPATIBLE"].pairs if source == target}
    ends = (set(left.labels or LABELS) & set(right.labels or LABELS)) & loops
    return bool(ends) and (not one.types or "COMPATIBLE" in one.types)


def _check_conditions(query: Query) -> None:
    """A pattern outside MATCH is a condition of WHERE and nothing else."""
    for match in query.matches:
        if match.keyword is not None:
            continue
        start = match.paths[0].start
        if query.text(start - 1) == "[" or (query.text(start - 1) == "=" and query.text(start - 3) == "["):
            raise refused(query.tokens[start - 1], "write OPTIONAL MATCH … and collect(…)")
        at = start
        while at >= 0 and not query.starts_clause(at):
            at = min(at, query.partners.get(at, at)) - 1
        if query.word(at) != "WHERE":
            raise refused(query.tokens[start], "write EXISTS { MATCH … } for this pattern")


def _check_names(query: Query) -> None:
    """Refuse words that are no names to ladybug, and names that differ only in case, which it takes for one."""
    spelled: dict[str, str] = {}
    for token in query.declared:
        if token.keyword in RESERVED and token.keyword not in _TRUTHS:
            raise refused(token, f"write `{token.text}` in backticks, or another name")
        if spelled.setdefault(token.name.casefold(), token.name) != token.name:
            raise refused(token, f"names may not differ in case alone, and there is {spelled[token.name.casefold()]!r}")
    for at, token in enumerate(query.tokens):
        named = (
            token.is_name and query.text(at - 1) not in (".", "$", ":", "|") and query.text(at + 1) not in ("(", ":")
        )
        meant = spelled.get(token.name.casefold(), token.name)
        if named and meant != token.name and token.keyword != meant.upper():
            raise CatalogError(f"no variable {token.place}; did you mean {meant!r}?")
        if named and meant != token.name and query.text(at + 1) == ".":
            raise CatalogError(f"no variable {token.place}; did you mean {meant!r}?")


def _check_bound_once(query: Query) -> None:
    relationships: set[tuple[int, str]] = set()
    for part, one in query.relationship_patterns:
        if one.variable and (part, one.variable.name) in relationships:
            raise refused(one.variable, "bind a relationship once, and compare two with =")
        relationships |= {(part, one.variable.name)} if one.variable else set()
    labels: dict[tuple[int, str], tuple[str, ...]] = {}
    for part, node in query.node_patterns:
        if node.variable and node.labels:
            before = labels.setdefault((part, node.variable.name), node.labels)
            if set(before) != set(node.labels):
                raise refused(node.variable, f"it is {'|'.join(before)} above, so write WHERE {node.variable.text}:…")


def _check_properties(query: Query) -> None:
    """Refuse a property that no node or relationship of that kind has: null in one store, a fault in the other."""
    nodes = query.labels
    types = {one.variable.name: one.types for _, one in query.relationship_patterns if one.variable}
    for at in range(2, len(query.tokens)):
        token, owner = query.tokens[at], query.name(at - 2)
        if query.text(at - 1) != "." or not token.is_name or query.text(at - 3) in (".", "$"):
            continue
        if owner in nodes:
            _check_property(token, nodes[owner], _of_nodes(nodes[owner]))
        elif owner in types and owner not in query.rebound:
            _check_property(token, types[owner], _of_relationships(types[owner]))
    for match in query.matches:
        _check_keys(query, match)


def _check_keys(query: Query, match: Match) -> None:
    """The keys of the maps in patterns."""
    for path in match.paths:
        at = path.start
        for number, node in enumerate(path.nodes):
            known = query.labels.get(node.variable.name, node.labels) if node.variable else node.labels
            at = _check_map(query, at, known, _of_nodes(known or tuple(LABELS)))
            if number < len(path.relationships):
                one = path.relationships[number]
                if one.bracket is not None:
                    _check_map(query, one.bracket, one.types, _of_relationships(one.types))
                at = next(index for index in range(one.dash, match.stop) if query.text(index) == "(")


def _check_map(query: Query, opener: int, owners: tuple[str, ...], known: set[str]) -> int:
    for at in query.inner(opener):
        if query.text(at) == "{":
            for key in query.inner(at):
                if query.text(key + 1) == ":" and query.text(key - 1) in ("{", ","):
                    _check_property(query.tokens[key], owners, known)
    return opener


def _of_nodes(labels: tuple[str, ...]) -> set[str]:
    return {name for label in labels for name in properties_of(label)} | set(_COMMON)


def _of_relationships(types: tuple[str, ...]) -> set[str]:
    return {name for type in types or RELATIONSHIP_TYPES for name in RELATIONSHIP_TYPES[type].properties} | set(_COMMON)


def _check_property(token: Token, owners: tuple[str, ...], known: set[str]) -> None:
    if token.name not in known:
        some = bool(owners) and len(owners) < len(LABELS)
        has = f"{'|'.join(owners)} has no property" if some else "nothing in the catalog has the property"
        listed = f"it has {', '.join(sorted(known))}" if some else "docs/schema.md lists the properties"
        hint = did_you_mean(token.name.lower(), known) or listed
        raise CatalogError(f"{has} {token.place}; {hint}")
