"""Random queries of the portable subset over the schema: paths, conditions, aggregates, orders."""

from __future__ import annotations

from hypothesis import strategies as st

from stdcell.catalog.cypher.kinds import property_kinds
from stdcell.catalog.cypher.statements import properties_of
from stdcell.catalog.relationships import RELATIONSHIP_TYPES

__all__ = ["queries"]

LABELS = ("Circuit", "Component", "Port", "Checkpoint", "Evidence", "Formula", "Task", "TrainingRun")
TYPES = ("FEEDS", "HAS_PORT", "HAS_COMPONENT", "DERIVED_FROM", "IMPLEMENTS", "PRODUCED", "EXTRACTED_FROM", "ABOUT")
VALUES = {
    "integer": ("0", "3", "12", "450", "-1"),
    "float": ("0.5", "-0.25", "1.0", "3.5"),
    "text": ("'add_mod_37'", "'head'", "''", "'q'", "'Ünï'", "'a'"),
}
STEPS = [
    (source, type, ">", target)
    for type in TYPES
    for source, target in RELATIONSHIP_TYPES[type].pairs
    if source in LABELS and target in LABELS
]
STEPS += [(target, type, "<", source) for source, type, _, target in STEPS]


@st.composite
def queries(draw: st.DrawFn) -> str:
    """One query; its columns are named, and an order is over all of them."""
    nodes, pattern = draw(paths("n"))
    text = f"MATCH {pattern}"
    if draw(st.booleans()):
        text += f" WHERE {draw(conditions(nodes))}"
    if draw(st.integers(0, 3)) == 0:
        more, pattern = draw(paths("m", start=nodes[-1]))
        text += f" OPTIONAL MATCH {pattern}"
        nodes = nodes + more[1:]
        if draw(st.booleans()):
            text += f" WHERE {draw(conditions(nodes))}"
    return text + " " + draw(projections(nodes))


@st.composite
def paths(draw: st.DrawFn, prefix: str, start: tuple[str, str] | None = None) -> tuple[list[tuple[str, str]], str]:
    """A path of up to three relationships, as its nodes (variable, label) and its text."""
    first = start or (f"{prefix}0", draw(st.sampled_from(LABELS)))
    nodes, text = [first], f"({first[0]})" if start else f"({first[0]}:{first[1]})"
    for number in range(draw(st.integers(1 if start else 0, 3))):
        steps = [step for step in STEPS if step[0] == nodes[-1][1]]
        if not steps:
            break
        source, type, arrow, target = draw(st.sampled_from(steps))
        length = draw(st.sampled_from(("", "", "", "*1..2", "*0..2", "*2"))) if source == target else ""
        variable = f"{prefix}{number + 1}"
        label = draw(st.sampled_from(("", f":{target}")))
        inner = f"[:{type}{length}]"
        undirected = not length and draw(st.integers(0, 4)) == 0 and label != ""
        left, right = ("<-", "-") if arrow == "<" else ("-", "->")
        text += f"-{inner}-({variable}{label})" if undirected else f"{left}{inner}{right}({variable}{label})"
        nodes.append((variable, target))
    return nodes, text


@st.composite
def properties(draw: st.DrawFn, nodes: list[tuple[str, str]], kinds: tuple[str, ...]) -> tuple[str, str]:
    """A property of one of the nodes, and its kind."""
    known = [
        (f"{variable}.{name}", kind)
        for variable, label in nodes
        for name in properties_of(label)
        for kind in property_kinds(name, (label,))
        if kind in kinds and name not in ("id", "blob", "of")
    ]
    return draw(st.sampled_from(known)) if known else ("1", "integer")


@st.composite
def conditions(draw: st.DrawFn, nodes: list[tuple[str, str]]) -> str:
    """A condition of one or two tests."""
    tests = [draw(tests_of(nodes)) for _ in range(draw(st.integers(1, 2)))]
    joined = draw(st.sampled_from((" AND ", " OR ", " XOR "))).join(tests)
    return f"NOT ({joined})" if draw(st.integers(0, 3)) == 0 else joined


@st.composite
def tests_of(draw: st.DrawFn, nodes: list[tuple[str, str]]) -> str:
    """One test."""
    name, kind = draw(properties(nodes, ("integer", "float", "text")))
    value = draw(st.sampled_from(VALUES[kind]))
    variable, label = draw(st.sampled_from(nodes))
    other = draw(st.sampled_from([step for step in STEPS if step[0] == label]))
    arrow = ("<-", "-") if other[2] == "<" else ("-", "->")
    pattern = f"({variable}){arrow[0]}[:{other[1]}]{arrow[1]}(:{other[3]})"
    further = draw(st.sampled_from([step for step in STEPS if step[0] == other[3]] or [other]))
    back = ("<-", "-") if further[2] == "<" else ("-", "->")
    longer_unnamed = f"{pattern}{back[0]}[:{further[1]}]{back[1]}()"
    longer = longer_unnamed.removesuffix("()") + "(z)"
    tests = [
        *(f"{name} {sign} {value}" for sign in ("=", "<>", "<", ">=")),
        *(f"{name} IS NULL", f"{name} IS NOT NULL", f"{name} IN [{value}]", f"{variable}:{label}|Dataset"),
        *(f"EXISTS {{ MATCH {pattern} }}", f"COUNT {{ {pattern} }} > 1", pattern),
        *(f"EXISTS {{ MATCH {longer} WHERE {variable}.id <> z.id }}", f"COUNT {{ {longer} }} > 1", longer_unnamed),
    ]
    if kind == "text":
        tests += [f"{name} STARTS WITH 'a'", f"{name} CONTAINS 'mod'", f"size({name}) > 3", f"toUpper({name}) = 'A'"]
    else:
        tests += [f"{name} * 2 > {value}", f"abs({name}) + 1 < {value}"]
    return draw(st.sampled_from(tests))


@st.composite
def projections(draw: st.DrawFn, nodes: list[tuple[str, str]]) -> str:
    """RETURN, with what is aggregated and how rows are ordered."""
    plain = [draw(properties(nodes, ("integer", "float", "text")))[0] for _ in range(draw(st.integers(0, 2)))]
    columns = list(dict.fromkeys(plain))
    if not columns or draw(st.booleans()):
        number, _ = draw(properties(nodes, ("integer",)))
        either, _ = draw(properties(nodes, ("integer", "float", "text")))
        aggregates = ["count(*)", f"count(DISTINCT {either})", f"sum({number})", f"avg({number})", f"max({either})"]
        columns.append(draw(st.sampled_from([*aggregates, f"min({either})"])))
    named = ", ".join(f"{column} AS c{number}" for number, column in enumerate(columns))
    distinct = draw(st.sampled_from(("", "DISTINCT ")))
    text = f"RETURN {distinct}{named}"
    if draw(st.booleans()):
        text += " ORDER BY " + ", ".join(
            f"c{number}" + draw(st.sampled_from(("", " DESC"))) for number in range(len(columns))
        )
        text += draw(st.sampled_from(("", " LIMIT 3", " SKIP 1 LIMIT 2")))
    return text
