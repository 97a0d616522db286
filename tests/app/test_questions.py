"""The commands that ask a catalog: answers, forms, hostile names, completion, and errors that name the nearest."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import pytest

from stdcell.app.cli import main
from stdcell.catalog import (
    Catalog,
    Checkpoint,
    Circuit,
    Component,
    Contract,
    Evidence,
    Node,
    Port,
    Relationship,
    Task,
    TrainingRun,
    Verdict,
)

HOSTILE = "[bold red]evil[/]\n\x1b[31m" + "x" * 300


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in a folder with a catalog, as on a terminal of 100 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    with Catalog("catalog") as catalog:
        fill(catalog)

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


def fill(catalog: Catalog) -> None:
    """A circuit `add` out of a checkpoint, then another, badly named one of the same task, also called `odd`."""
    blob = catalog.blobs.put(b"weights")
    task = Task(name="add_mod_10", description="Adds.")
    run = TrainingRun(name="first", seed=3, n_steps=9, config={}, code_version="0.1.0", dataset="0" * 64)
    weights = Checkpoint(of=run.id, name="first at 9", step=9, blob=blob)
    contract = Contract(requires="", ensures="result == (a + b) mod 10")
    ports = [
        Port(name="a", direction="in", position=0, type="int 0..9"),
        Port(name="sum", direction="out", position=0, type="int 0..9"),
    ]
    add, odd = (
        Circuit(name=name, blob=blob, config={}, n_edges=1, n_components=2, n_parameters=9) for name in ("add", HOSTILE)
    )
    nodes: list[Node] = [task, run, weights, contract, *ports, add]
    catalog.add(
        [*nodes, *(parts := parts_of(add, "proved", 1.0))],
        [
            Relationship(run.id, "PRODUCED", weights.id),
            Relationship(add.id, "EXTRACTED_FROM", weights.id),
            *joined(add, task, contract, ports, parts),
        ],
        {"add": add.id},
    )
    others = parts_of(odd, "refuted", 0.5)
    catalog.add([odd, *others], joined(odd, task, contract, ports, others), {"odd": odd.id, "[/]": odd.id})
    catalog.add([], aliases={"odd": add.id})


def parts_of(cell: Circuit, status: str, faithfulness: float) -> list[Node]:
    measured = Evidence(of=cell.id, kind="measurement", claim="faithfulness", method="sampling", value=faithfulness)
    verdict = Verdict.model_validate(
        {"of": cell.id, "claim": "result == (a + b) mod 10", "status": status, "scope": "all", "method": "z3"}
    )
    return [Component(of=cell.id, name=name, kind="head") for name in ("L0.H0", "L0.H1")] + [measured, verdict]


def joined(cell: Circuit, task: Task, contract: Contract, ports: list[Port], parts: list[Node]) -> list[Relationship]:
    first, second, measured, verdict = parts
    return [
        Relationship(cell.id, "IMPLEMENTS", task.id),
        Relationship(cell.id, "SATISFIES", contract.id),
        *(Relationship(cell.id, "HAS_PORT", port.id) for port in ports),
        *(Relationship(cell.id, "HAS_COMPONENT", part.id) for part in (first, second)),
        Relationship(first.id, "FEEDS", second.id, {"reader": "q"}),
        *(Relationship(found.id, "ABOUT", cell.id) for found in (measured, verdict)),
    ]


@pytest.mark.parametrize(
    ("words", "standings"),
    [
        (["--implements", "add-mod"], [1, 0]),
        (["--contract", "mod 10"], [1, 0]),
        (["--type", "int 0..9 -> int 0..9"], [1, 0]),
        (["--feeds", "add.a"], [1, 0]),
        (["--reads", "add.sum"], [1, 0]),
        (["--task", "add_mod_10", "--min-faithfulness", ".1"], [1]),
        (["--reads", "add.sum", "--task", "add_mod_10", "--min-faithfulness", ".1"], [1]),
        (["--implements", "add_mod", "--limit", "1"], [1]),
    ],
)
def test_find_lists_cells_best_first(words: list[str], standings: list[int], stdcell: Run) -> None:
    done = stdcell("find", *words, "--json")
    assert (done.code, [row["standing"] for row in json.loads(done.out)]) == (0, standings)


def test_find_prints_a_table_and_obeys_no_name(stdcell: Run) -> None:
    done = stdcell("find", "--implements", "add_mod_10")
    lines = done.out.splitlines()
    assert [word.strip() for word in lines[0].split("┃")] == ["kind", "name", "standing", "task", "id"]
    assert lines[-1] == "2 rows"
    assert "red]evil[/]\\n" in done.out
    assert "\x1b" not in done.out
    assert max(map(len, lines)) <= 100


def test_the_query_is_printed_instead_of_asked(stdcell: Run) -> None:
    done = stdcell("find", "--implements", "add-mod", "--cypher")
    assert done.code == 0
    assert done.out.startswith('// $task = "add-mod"\n// $name = "add_mod"\n// $family = "add_mod_"\nMATCH (t:Task)')


MISTAKES = {
    "find nothing": (("find",), "error: nothing to find by; give --type, --implements, --contract, --feeds,"),
    "an unknown task": (
        ("find", "--implements", "ad_mod_10"),
        "error: no cell of the catalog implements 'ad_mod_10'; did you mean 'add_mod_10'?",
    ),
    "faithful to no task": (
        ("find", "--min-faithfulness", ".5"),
        "error: a faithfulness is that of a task's circuits; name the task with --task",
    ),
    "an unknown type": (("find", "--type", "intt"), "error: 'intt' is no type of the language: unknown type 'intt'"),
    "an unknown name": (("show", "ad"), "error: no cell named 'ad' among 3 names; did you mean 'add'?"),
    "an unknown port": (("find", "--feeds", "add.b"), "error: 'add' has no port 'b'; it has "),
    "no lineage": (("lineage", "add", "--down"), "error: 'add' is a circuit: nothing was made of it"),
    "no such event": (("lineage", "add", "--at", "9"), "error: there is no event 9 yet; the last is 3"),
    "two forms": (("tree", "--dot", "--json"), "error: an answer has one form, found --json and --dot; leave all but"),
    "an unknown metric": (
        ("history", "add", "--metric", "n_edgse"),
        "error: 'add' has no metric 'n_edgse'; did you mean 'n_edges'?",
    ),
    "a move to nothing": (("tag", "add", "od"), "error: no cell named 'od' among 3 names; did you mean 'odd'?"),
    "a name that cannot be one": (("tag", "a b", "add"), "error: 'a b' cannot be a name: it is empty, holds white"),
    "unlike nodes": (("diff", "add", "add@7"), "error: no version '7' of 'add'; the newest is 1"),
}


@pytest.mark.parametrize(("words", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_message(words: tuple[str, ...], message: str, stdcell: Run) -> None:
    done = stdcell(*words)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(message)


def test_show_tells_ports_promises_findings_and_where_from(stdcell: Run) -> None:
    page = json.loads(stdcell("show", "add", "--json").out)
    assert [(port["direction"], port["name"], port["type"]) for port in page["ports"]] == [
        ("in", "a", "int 0..9"),
        ("out", "sum", "int 0..9"),
    ]
    assert page["tasks"] == ["add_mod_10"]
    assert [contract["ensures"] for contract in page["contracts"]] == ["result == (a + b) mod 10"]
    assert [(one["claim"], one["standing"], one["value"]) for one in page["findings"]] == [
        ("faithfulness", "measured", 1.0),
        ("result == (a + b) mod 10", "proved", None),
    ]
    assert [(one["type"], one["name"]) for one in page["from"]] == [
        ("EXTRACTED_FROM", "first at 9"),
        ("PRODUCED", "first"),
    ]
    assert len(page["versions"]) == 1


def test_show_prints_every_part(stdcell: Run) -> None:
    done = stdcell("show", "[/]")
    assert done.code == 0
    for part in ("ports", "contracts", "findings", "versions"):
        assert f"\n{part}\n" in done.out
    assert "\x1b" not in done.out


def test_similar_circuits_are_listed_with_the_parts_of_their_score(stdcell: Run) -> None:
    (row,) = json.loads(stdcell("find", "--similar", "add", "--json").out)
    assert {key: row[key] for key in ("score", "ports", "tasks", "edges")} == dict.fromkeys(
        ("score", "ports", "tasks", "edges"), 1.0
    )
    assert stdcell("find", "--similar", "add").code == 0


def test_a_circuit_is_shown_as_a_graph(stdcell: Run) -> None:
    done = stdcell("show", "add", "--dot")
    assert '"L0.H0" -> "L0.H1" [label="q"];' in done.out


def test_a_lineage_is_a_tree(stdcell: Run) -> None:
    lines = stdcell("lineage", "add").out.splitlines()
    assert [line.rpartition(" ")[0] for line in lines[:3]] == [
        "Circuit add",
        "└── EXTRACTED_FROM Checkpoint first at 9",
        "    └── PRODUCED TrainingRun first",
    ]
    assert lines[3] == "2 nodes, at most 2 away"


def test_a_lineage_at_an_earlier_event_resolves_the_name_then(stdcell: Run) -> None:
    now, then = (stdcell("lineage", "odd", *at) for at in ((), ("--at", "2")))
    assert (now.code, then.code) == (0, 1)
    assert "Circuit add" in now.out
    assert then.err == "error: 'odd' is a circuit: nothing says what it was made of at 2\n"


@pytest.mark.parametrize("words", [("lineage", "add"), ("tree",), ("show", "[/]")])
def test_graphml_is_read_by_networkx(words: tuple[str, ...], stdcell: Run) -> None:
    graph = nx.read_graphml(BytesIO(stdcell(*words, "--graphml").out.encode()))
    assert graph.number_of_edges() > 0


def test_the_tree_shows_tasks_names_and_versions(stdcell: Run) -> None:
    lines = stdcell("tree").out.splitlines()
    assert lines[1] == "└── add_mod_10"
    assert [line.rpartition(" ")[0] for line in lines[2:]] == [
        "    ├── [/]@1 Circuit",
        "    ├── add@1 Circuit",
        "    └── odd@2 Circuit",
        "        └── @1 Circuit",
    ]


def test_circuits_are_compared(stdcell: Run) -> None:
    done = stdcell("diff", "add", "[/]")
    assert "edges 0 removed, 0 added, 1 common, Jaccard 1.000" in done.out
    assert "faithfulness │    1 │   0.5 │       -0.5" in done.out


def test_a_moved_name_tells_from_what_to_what(stdcell: Run) -> None:
    done = stdcell("tag", "odd", "odd@1", "--json")
    moved = json.loads(done.out)
    again = stdcell("tag", "odd", "odd@1")
    assert (moved["version"], moved["event"], moved["moved"]) == (3, 4, True)
    assert again.out == f"odd already means {moved['to'][:12]}, as version 3\n"
    assert stdcell("tag", "odd", "add").out == f"odd@4: {moved['to'][:12]} → {moved['from'][:12]} (event 5)\n"


def test_a_history_lists_every_version(stdcell: Run) -> None:
    rows = json.loads(stdcell("history", "odd", "--json").out)
    assert [(row["version"], row["event"], row["what"]) for row in rows] == [(1, 2, "added"), (2, 3, "tagged")]
    assert rows[0]["to"] == rows[1]["from"]


def test_a_metric_is_told_along_the_versions(stdcell: Run) -> None:
    rows = json.loads(stdcell("history", "odd", "--metric", "faithfulness", "--json").out)
    assert [(row["version"], row["value"]) for row in rows] == [(1, 0.5), (2, 1.0)]


@pytest.fixture
def completed(stdcell: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """What bash offers for the last word of a line."""

    def complete(line: str) -> list[str]:
        monkeypatch.setenv("_STDCELL_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        done = stdcell()
        assert done.err == ""
        return done.out.split()

    return complete


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("stdcell show a", ["add"]),
        ("stdcell show ", ["[/]", "add", "odd"]),
        ("stdcell diff add o", ["odd"]),
        ("stdcell tag odd ad", ["add"]),
        ("stdcell find --feeds o", ["odd."]),
        ("stdcell find --feeds add.", ["add.a", "add.sum"]),
        ("stdcell find --feeds nothing.", []),
        ("stdcell show --catalog nowhere a", []),
    ],
)
def test_names_are_completed(line: str, words: list[str], completed: Callable[[str], list[str]]) -> None:
    assert completed(line) == words
