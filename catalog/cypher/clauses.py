"""Which clauses of a query both stores read alike: subqueries, projections, orders and unions."""

from __future__ import annotations

from ...errors import CatalogError
from .kinds import Kinds
from .reading import Query
from .tokens import refused

__all__ = ["check_clauses", "check_kinds_of_unions"]


def check_clauses(query: Query) -> None:
    """Refuse clauses that the stores read differently.

    Raises:
        CatalogError: at the first one, with the portable spelling.
    """
    ordered = False
    for at, token in enumerate(query.tokens):
        word = query.word(at)
        if word == "OFFSET" and _is_amount(query, at + 1):
            raise refused(token, "write SKIP")
        if word in ("EXISTS", "COUNT", "COLLECT") and query.text(at + 1) == "{":
            _check_subquery(query, at)
        if word == "UNWIND" and at + 1 < len(query.tokens) and query.tokens[at + 1].kind == "number":
            raise refused(query.tokens[at + 1], "UNWIND a list, as [1]")
        if query.starts_clause(at) and word in ("RETURN", "WITH"):
            _check_projection(query, at)
        ordered = ordered or _orders_rows(query, at)
        if word == "COLLECT" and ordered:
            raise refused(token, "a list keeps no order, so return the rows and ORDER BY at the end")
    _check_union(query)


def _is_amount(query: Query, at: int) -> bool:
    return query.text(at) == "$" or (at < len(query.tokens) and query.tokens[at].kind == "number")


def _check_subquery(query: Query, at: int) -> None:
    """EXISTS and COUNT hold one MATCH with its WHERE; a count is a column before rows are ordered by it."""
    stop = query.partners[at + 1]
    first = query.word(at + 2)
    if first not in ("MATCH", "") or (query.text(at + 2) not in ("(",) and first != "MATCH"):
        raise refused(query.tokens[at + 2], "a subquery begins with MATCH")
    for inner in query.inner(at + 1):
        if inner > at + 2 and query.starts_clause(inner) and query.word(inner) != "WHERE":
            raise refused(query.tokens[inner], "a subquery is one MATCH with its WHERE; join patterns with a comma")
    clause = at
    while clause >= 0 and not (query.starts_clause(clause) and query.partners.get(clause) is None):
        clause -= 1
    if query.word(clause) == "ORDER":
        raise refused(query.tokens[at], "name it in RETURN or WITH, and order by that name")
    assert stop > at


def _orders_rows(query: Query, at: int) -> bool:
    """Whether the ORDER BY of a WITH stands here."""
    if query.word(at) != "ORDER" or query.word(at + 1) != "BY":
        return False
    before = at - 1
    while before >= 0 and not (query.starts_clause(before) and query.clause_end(before + 1) == at):
        before -= 1
    if query.word(before) != "WITH":
        return False
    after = query.word(query.clause_end(at + 1))
    if after not in ("SKIP", "LIMIT"):
        raise refused(query.tokens[at], "WITH orders only for SKIP and LIMIT, so ORDER BY in the last RETURN")
    return True


def _check_projection(query: Query, at: int) -> None:
    start = at + 1 + (query.word(at + 1) == "DISTINCT")
    names: set[str] = set()
    for first, stop in query.items(start):
        name = query.name(stop - 1) if query.word(stop - 2) == "AS" else _written(query, first, stop)
        if name in names:
            raise CatalogError(
                f"two columns are called {name!r}, the second at character {query.tokens[first].start + 1}; "
                "give one another name with AS"
            )
        names.add(name)
        if query.text(first) == "*" and stop == first + 1:
            _check_star(query, first)
    _check_order(query, query.clause_end(start))


def _written(query: Query, first: int, stop: int) -> str:
    text = ""
    for before, token in zip(query.tokens[first - 1 :], query.tokens[first:stop], strict=False):
        text += " " * bool(text and token.start > before.stop) + token.text
    return text


def _check_star(query: Query, at: int) -> None:
    """A star also gives the names that the translation lends to relationships without one."""
    for match in query.matches:
        for pair in match.pairs():
            if any(one.variable is None for one in pair):
                raise refused(query.tokens[at], "name the columns, or give every relationship a variable")


def _check_order(query: Query, at: int) -> None:
    if query.word(at) != "ORDER":
        return
    for first, stop in query.items(at + 2):
        last = stop - 1 if query.word(stop - 1) in ("ASC", "ASCENDING", "DESC", "DESCENDING") else stop
        if last - first == 1 and query.name(first) in query.labels:
            raise refused(query.tokens[first], f"order by a property, as {query.text(first)}.name")


def _check_union(query: Query) -> None:
    kinds = {query.word(at + 1) == "ALL" for at in query.unions}
    if len(kinds) > 1:
        raise refused(query.tokens[query.unions[-1]], "write UNION between all parts, or UNION ALL")
    if any(query.word(at + 1) == "DISTINCT" for at in query.unions):
        raise refused(query.tokens[query.unions[0] + 1], "write UNION alone")
    if not query.unions:
        return
    returns = [at for at in range(len(query.tokens)) if query.word(at) == "RETURN"]
    columns = [_columns(query, at) for at in returns]
    for at, found in zip(returns, columns, strict=True):
        if found != columns[0]:
            raise CatalogError(
                f"the parts of a UNION return the same columns in the same order; the one at character "
                f"{query.tokens[at].start + 1} returns {', '.join(found)}, the first {', '.join(columns[0])}"
            )


def check_kinds_of_unions(query: Query, kinds: Kinds) -> None:
    """Refuse a UNION whose parts give one column values of two kinds, which ladybug cannot join.

    Raises:
        CatalogError: naming the column and the two kinds.
    """
    if not query.unions:
        return
    returns = [at for at in range(len(query.tokens)) if query.word(at) == "RETURN"]
    parts = [_kinds_of_columns(query, kinds, at) for at in returns]
    for at, part in zip(returns[1:], parts[1:], strict=True):
        for name, first, other in zip(_columns(query, at), parts[0], part, strict=True):
            if first and other and first != other:
                raise CatalogError(
                    f"the parts of a UNION give {name!r} values of two kinds, {first} and {other} at character "
                    f"{query.tokens[at].start + 1}; give both one, or return a property"
                )


def _kinds_of_columns(query: Query, kinds: Kinds, at: int) -> list[str | None]:
    found: list[str | None] = []
    part = query.part(at)
    for first, stop in query.items(at + 1 + (query.word(at + 1) == "DISTINCT")):
        end = stop - 2 if query.word(stop - 2) == "AS" else stop
        name = query.name(first)
        labels = {label for where, node in query.node_patterns for label in node.labels
                  if where == part and node.variable and node.variable.name == name}  # fmt: skip
        alone = end - first == 1 and name not in query.rebound and query.tokens[first].is_name
        found.append("|".join(sorted(labels)) or None if alone and labels else kinds.whole(first, end))
    return found


def _columns(query: Query, at: int) -> list[str]:
    start = at + 1 + (query.word(at + 1) == "DISTINCT")
    return [
        query.name(stop - 1) if query.word(stop - 2) == "AS" else _written(query, first, stop)
        for first, stop in query.items(start)
    ]
