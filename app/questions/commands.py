"""The commands that ask a catalog; how answers are made and printed is imported when they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from ..options import CatalogOption, JsonOption, open_catalog, print_json
from .options import CypherOption, DotOption, GraphmlOption, NameArgument, complete_name, complete_port, one_form

__all__ = ["QUESTIONS"]


def find_cells(
    type_: Annotated[
        str | None,
        typer.Option("--type", help="A type at any port, or a signature: 'int 0..36, int 0..36 -> int 0..36'."),
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="With --type: equal types only.")] = False,
    task: Annotated[
        str | None, typer.Option("--implements", "--task", help="A task, or the family of one: add_mod.")
    ] = None,
    minimum: Annotated[
        float | None,
        typer.Option(
            "--min-faithfulness", min=0, help="With --task: unrefuted circuits that are at least so faithful."
        ),
    ] = None,
    contract: Annotated[str | None, typer.Option(help="A text in what the contract ensures.")] = None,
    feeds: Annotated[
        str | None, typer.Option(help="An input (cell.port) or a type: what can feed it.", autocompletion=complete_port)
    ] = None,
    reads: Annotated[
        str | None,
        typer.Option(help="An output (cell.port) or a type: what can read it.", autocompletion=complete_port),
    ] = None,
    similar: Annotated[
        str | None, typer.Option(help="A circuit: those most like it.", autocompletion=complete_name)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    cypher: CypherOption = False,
) -> None:
    """Find cells by what they take and give, what they do, what is known of them, or what they are like."""
    from .finding import Need, find, questions_of
    from .tables import n_of, print_cypher, print_table

    one_form(json=as_json, cypher=cypher)
    need = Need(type_, exact, task, minimum, contract, feeds, reads, similar)
    with open_catalog(catalog) as opened:
        if cypher:
            print_cypher(*questions_of(opened, need, limit))
            return
        rows = find(opened, need, limit)
    if as_json:
        print_json(rows)
        return
    print_table(rows, [*(name for name in rows[0] if name != "id"), "id"])
    typer.echo(n_of(rows, "row"))


def show_node(
    name: NameArgument,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    cypher: CypherOption = False,
    dot: DotOption = False,
    graphml: GraphmlOption = False,
) -> None:
    """Show a cell or any other node: ports, contract, what is known, where it comes from; a circuit also as a graph."""
    from ...catalog.questions import node_named
    from .pages import page_of, page_questions, parts_graph, print_page
    from .tables import print_cypher, print_graph

    one_form(json=as_json, cypher=cypher, dot=dot, graphml=graphml)
    with open_catalog(catalog) as opened:
        node = node_named(opened, name)
        if cypher:
            print_cypher(*page_questions(node, name).values())
        elif dot or graphml:
            print_graph(parts_graph(opened, node), dot=dot)
        elif as_json:
            print_json(page_of(opened, node, name))
        else:
            print_page(page_of(opened, node, name))


def print_lineage(
    name: NameArgument,
    down: Annotated[bool, typer.Option("--down/--up", help="What was made of it, or what it was made of.")] = False,
    depth: Annotated[int, typer.Option(min=1, help="The most relationships on the way.")] = 6,
    at: Annotated[
        str | None,
        typer.Option(help="As it was then: a time (2026-11-20T12:00, UTC), the number of an event, or name@version."),
    ] = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    cypher: CypherOption = False,
    dot: DotOption = False,
    graphml: GraphmlOption = False,
) -> None:
    """Tell where a node comes from, or what was made of it; also as it was at an earlier time."""
    from ...catalog.questions import event_at, lineage, lineage_graph, node_at
    from ...errors import CatalogError
    from .tables import print_cypher, print_graph
    from .trees import print_lineage_tree

    one_form(json=as_json, cypher=cypher, dot=dot, graphml=graphml)
    with open_catalog(catalog) as opened:
        event = None if at is None else event_at(opened, at)
        node = node_at(opened, name, event)
        question = lineage(node, "down" if down else "up", depth=depth, event=event)
        if cypher:
            print_cypher(question)
            return
        rows = question.ask(opened)
    if not rows:
        what = "nothing was made of it" if down else "nothing says what it was made of"
        raise CatalogError(f"{name!r} is a {node.label.lower()}: {what}{'' if at is None else f' at {at}'}")
    if as_json:
        print_json(rows)
    elif dot or graphml:
        print_graph(lineage_graph(node, rows), dot=dot)
    else:
        print_lineage_tree(node, rows)


def compare_nodes(
    left: NameArgument, right: NameArgument, catalog: CatalogOption = None, as_json: JsonOption = False
) -> None:
    """Compare two circuits, programs, formulas or checkpoints: in structure, text or weights, and in numbers."""
    from ...catalog.questions import difference, node_named
    from .differences import print_difference

    with open_catalog(catalog) as opened:
        found = difference(opened, node_named(opened, left), node_named(opened, right))
    print_json(found) if as_json else print_difference(found)


def print_history(
    name: NameArgument,
    metric: Annotated[str | None, typer.Option(help="A property or a claim: its value along the versions.")] = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    cypher: CypherOption = False,
) -> None:
    """List the versions of a name: when, by whom, from what to what; or how a metric went along them."""
    from ...catalog.questions import history, metric_over_versions
    from ...errors import UnknownCell
    from .tables import print_cypher, print_table

    one_form(json=as_json, cypher=cypher)
    alias = name.partition("@")[0]
    with open_catalog(catalog) as opened:
        node = opened.get(alias)
        if alias not in opened.names():
            raise UnknownCell(f"{name!r} is the digest of a {node.label.lower()}, which has no versions; give a name")
        question = history(alias) if metric is None else metric_over_versions(opened, alias, metric)
        if cypher:
            print_cypher(question)
            return
        rows = question.ask(opened)
    columns = ("version", "at", "who", "what", "event", "from", "to") if metric is None else None
    print_json(rows) if as_json else print_table(rows, columns)


def move_name(
    name: Annotated[str, typer.Argument(help="The name.", autocompletion=complete_name, show_default=False)],
    node: Annotated[
        str,
        typer.Argument(
            help="What it shall mean: a name, name@version or digest.", autocompletion=complete_name, show_default=False
        ),
    ],
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a name mean a node from now on; what it meant before stays as an earlier version."""
    from ...catalog.questions import history, node_named
    from .tables import short

    with open_catalog(catalog) as opened:
        target = node_named(opened, node)
        before = len(history(name).ask(opened))
        opened.add([], aliases={name: target.id})
        rows = history(name).ask(opened)
    last = {**rows[-1], "moved": len(rows) > before}
    if as_json:
        print_json(last)
        return
    origin = short(last["from"]) if last["from"] else "new"
    if last["moved"]:
        typer.echo(f"{name}@{last['version']}: {origin} → {short(last['to'])} (event {last['event']})")
    else:
        typer.echo(f"{name} already means {short(last['to'])}, as version {last['version']}")


def print_tree(
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    cypher: CypherOption = False,
    dot: DotOption = False,
    graphml: GraphmlOption = False,
) -> None:
    """Show the whole catalog as a tree: tasks, the names of their cells, and the versions of each."""
    from ...catalog.questions import catalog_tree
    from ...errors import CatalogError
    from .tables import print_cypher, print_graph
    from .trees import names_graph, print_names_tree

    one_form(json=as_json, cypher=cypher, dot=dot, graphml=graphml)
    question = catalog_tree()
    if cypher:
        print_cypher(question)
        return
    with open_catalog(catalog) as opened:
        rows, place = question.ask(opened), opened.place
    if not rows:
        raise CatalogError(
            f"the catalog at {place!r} names nothing yet; add a run or a program with `stdcell catalog add`"
        )
    if as_json:
        print_json(rows)
    elif dot or graphml:
        print_graph(names_graph(rows), dot=dot)
    else:
        print_names_tree(rows, place)


QUESTIONS: dict[str, Callable[..., None]] = {
    "find": find_cells,
    "show": show_node,
    "lineage": print_lineage,
    "diff": compare_nodes,
    "history": print_history,
    "tag": move_name,
    "tree": print_tree,
}
