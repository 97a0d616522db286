"""The data sheet of a cell, out of catalogs that are written by hand."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest
from typer.testing import CliRunner

from stdcell.app.cli import app
from stdcell.app.sheet import sheet_contents, sheet_page
from stdcell.app.sheet.usage import usage_of
from stdcell.catalog import (
    Catalog,
    Checkpoint,
    Circuit,
    Component,
    Contract,
    Dataset,
    Evidence,
    Formula,
    Node,
    Port,
    Program,
    Relationship,
    Task,
    TrainingRun,
    Verdict,
)
from stdcell.dsl import parse
from stdcell.errors import StdcellError, UnknownCell

from .test_report import Outline

HOSTILE = '"><script>alert(1)</script>'
DIGIT = "int 0..36"
HEADINGS = [
    "Contract",
    "Typical figures",
    "Evidence",
    "Verdicts",
    "Inside",
    "How to call it",
    "Cells that fit",
    "Limits",
]
HEADINGS += ["Provenance", "History of its names"]


def ports(*directed: tuple[str, str, str]) -> list[Port]:
    places = {"in": 0, "out": 0}
    found = []
    for direction, name, type_ in directed:
        place = places[direction]
        found.append(Port.model_validate({"name": name, "direction": direction, "position": place, "type": type_}))
        places[direction] += 1
    return found


def write_circuit(catalog: Catalog, text: str = "add", claim: str = "result == (a + b) mod 37") -> str:
    """A circuit under the name `adder`, with everything that a sheet shows; `text` stands wherever text is free."""
    blob = catalog.blobs.put(b"weights")
    task = Task(name=text, description=f"{text}: the sum of two digits")
    dataset = Dataset(name=text, n_samples=1369, n_train=821, seed=7, digest="0" * 64)
    run = TrainingRun(name=text, seed=3, n_steps=900, config={}, code_version=text, dataset=dataset.id)
    checkpoint = Checkpoint(of=run.id, name=text, step=900, blob=blob, test_accuracy=0.995)
    circuit = Circuit(
        name=text, blob=blob, config={}, n_edges=3, n_components=3, n_parameters=640, search={"claim": text}
    )
    parts = [Component(of=circuit.id, name=name, kind=text) for name in ("embed", "L0.H1", "logits")]
    contract = Contract(requires="a != b", ensures=claim, tolerance=0.5)
    measured: dict[str, Any] = {
        "n_inputs": 400,
        "n_wrong": 2,
        "value": 0.995,
        "interval_low": 0.982,
        "interval_high": 0.999,
        "seed": 5,
    }
    found = [
        Evidence(of=circuit.id, kind="measurement", claim=claim, method=text, dtype=text, device=text, **measured),
        Evidence(
            of=circuit.id, kind="exhaustive", claim=text, method=text, n_inputs=1369, n_wrong=0, smallest_margin=1.5
        ),
    ]
    verdict = Verdict(
        of=circuit.id,
        claim=text,
        status="refuted",
        scope=text,
        method=text,
        assumptions=[text],
        counterexample=f"{text}(1, 2) answers 4",
    )
    face = ports(("in", "a", DIGIT), ("in", "b", DIGIT), ("out", "result", DIGIT))
    joined = [
        Relationship(dataset.id, "INSTANCE_OF", task.id),
        Relationship(run.id, "TRAINED_ON", dataset.id),
        Relationship(run.id, "PRODUCED", checkpoint.id),
        Relationship(circuit.id, "EXTRACTED_FROM", checkpoint.id),
        Relationship(circuit.id, "IMPLEMENTS", task.id),
        Relationship(circuit.id, "SATISFIES", contract.id),
        Relationship(parts[0].id, "FEEDS", parts[1].id, {"reader": "q"}),
        Relationship(parts[0].id, "FEEDS", parts[1].id, {"reader": "v", "weight": -0.5}),
        Relationship(parts[1].id, "FEEDS", parts[2].id, {"reader": "in", "weight": 1.0}),
        *(Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts),
        *(Relationship(circuit.id, "HAS_PORT", port.id) for port in face),
        *(Relationship(one.id, "ABOUT", circuit.id) for one in (*found, verdict)),
    ]
    nodes: list[Node] = [task, dataset, run, checkpoint, circuit, *parts, contract, *found, verdict, *face]
    catalog.add(nodes, joined, {"adder": circuit.id})
    return circuit.id


def write_formula(catalog: Catalog) -> str:
    formula = Formula(name="halve", expression="a / 2", agreement=0.75)
    face = ports(("in", "a", DIGIT), ("out", "half", "int 0..18"))
    joined = [Relationship(formula.id, "HAS_PORT", port.id) for port in face]
    catalog.add([formula, *face], joined, {"halver": formula.id})
    return formula.id


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog")


@pytest.fixture
def page(catalog: Catalog) -> str:
    write_circuit(catalog)
    write_formula(catalog)
    return sheet_page(sheet_contents(catalog, "adder"))


def test_every_part_stands_under_its_heading_and_every_tag_is_closed(page: str) -> None:
    outline = Outline(page)
    assert (outline.headings, outline.unbalanced) == (HEADINGS, [])


def test_the_sheet_refers_to_nothing_outside_itself(page: str) -> None:
    assert re.findall(r"https?://|(?:href|src)=|url\(|@import|<script", page) == []


def test_equal_contents_give_equal_text(catalog: Catalog, page: str) -> None:
    assert sheet_page(sheet_contents(catalog, "adder")) == page


@pytest.mark.parametrize(
    "told",
    [
        'adder<span class="version">@1</span> <span class="badge refuted">✗ refuted</span>',
        "add: the sum of two digits",
        "Pin diagram of adder: in a: int 0..36, in b: int 0..36, out result: int 0..36",
        "<dt>requires</dt><dd><code>a != b</code></dd>",
        "<dt>tolerance</dt><dd><code>0.5</code></dd>",
        "0.995 [0.982, 0.999]",
        "add(1, 2) answers 4",
        ">99.50%<",
        ">640<",
        "<title>embed → L0.H1, read as q v, weight -0.5</title>",
        "Real values may be off by 0.5.",
        "Logits that are each disturbed by less than 0.75 change no answer that was checked.",
        "step 900, test accuracy 99.50%",
        "1,369 samples, 821 trained on",
        "<code>halve.half</code>",
    ],
)
def test_the_sheet_of_a_circuit_tells(page: str, told: str) -> None:
    assert told in page


def test_the_weights_are_told_by_their_size(page: str) -> None:
    assert '<td class="number">7</td><td class="text">bytes</td>' in page


def test_a_port_that_nothing_fits_says_so(catalog: Catalog) -> None:
    write_formula(catalog)
    assert "none in this catalog" in sheet_page(sheet_contents(catalog, "halver"))


def test_a_page_names_the_command_that_finds_more_than_it_shows(catalog: Catalog) -> None:
    write_circuit(catalog)
    for place in range(9):
        reader = Formula(name=f"reads_{place}", expression="a", agreement=1.0)
        face = ports(("in", "a", DIGIT), ("out", "result", "bool"))
        catalog.add([reader, *face], [Relationship(reader.id, "HAS_PORT", port.id) for port in face])
    page = sheet_page(sheet_contents(catalog, "adder"))
    assert "more with <code>stdcell find --reads adder.result</code>" in page


def test_a_cell_that_was_never_checked_says_so(catalog: Catalog) -> None:
    write_formula(catalog)
    page = sheet_page(sheet_contents(catalog, "halver"))
    assert ("Nothing about it was checked." in page, "? not checked" in page) == (True, True)


@pytest.mark.parametrize("name", ["adder", "halver"])
def test_the_program_that_calls_the_cell_can_be_run_as_it_stands(catalog: Catalog, name: str) -> None:
    write_circuit(catalog)
    write_formula(catalog)
    text = usage_of(sheet_contents(catalog, name))["call.cell"]
    program = parse(text, dialect="cell", scope=catalog)
    assert [cell.digest for cell in program.cells] == [catalog.get(name).id]


def test_a_program_shows_its_text(catalog: Catalog) -> None:
    program = Program(name="<p>", text="main(xs: seq[int]) = xs < 1;", dialect="cell", graph="0" * 64)
    catalog.add(program, aliases={"less": program.id})
    assert "main(xs: seq[int]) = xs &lt; 1;" in sheet_page(sheet_contents(catalog, "less"))


def test_a_version_has_a_sheet_of_its_own_and_the_history_names_both(catalog: Catalog) -> None:
    first = write_formula(catalog)
    second = Formula(name="halve", expression="a / 2 + 0", agreement=1.0)
    catalog.add(second, aliases={"halver": second.id})
    page = sheet_page(sheet_contents(catalog, "halver@1"))
    assert ("@1</span>" in page, second.id[:12] in page, f"<code>{first}</code>" in page) == (True, True, True)


def test_what_others_wrote_is_shown_and_never_run(catalog: Catalog) -> None:
    catalog.add([], aliases={HOSTILE: write_circuit(catalog, HOSTILE, HOSTILE)})
    outline = Outline(sheet_page(sheet_contents(catalog, HOSTILE)))
    assert ("script" in outline.tags, outline.unbalanced) == (False, [])


def test_a_circle_of_components_is_drawn_all_the_same(catalog: Catalog) -> None:
    circuit = Circuit(name="ring", blob=catalog.blobs.put(b"w"), config={}, n_edges=2, n_components=2, n_parameters=1)
    one, two = (Component(of=circuit.id, name=name, kind="head") for name in ("one", "two"))
    joined = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in (one, two)]
    joined += [Relationship(*ends, {"reader": "in"}) for ends in ((one.id, "FEEDS", two.id), (two.id, "FEEDS", one.id))]
    catalog.add([circuit, one, two], joined, {"ring": circuit.id})
    assert "Graph of the circuit: one → two, two → one" in sheet_page(sheet_contents(catalog, "ring"))


def test_what_is_no_cell_has_no_sheet(catalog: Catalog) -> None:
    task = Task(name="t", description="d")
    catalog.add(task, aliases={"some": task.id})
    with pytest.raises(StdcellError, match="'some' is a task; a data sheet is of a cell: circuit, formula, program"):
        sheet_contents(catalog, "some")


def test_an_unknown_cell_is_told_with_the_nearest_name(catalog: Catalog) -> None:
    write_formula(catalog)
    with pytest.raises(UnknownCell, match="did you mean 'halver'"):
        sheet_contents(catalog, "halvr")


def test_the_command_writes_a_file_of_a_harmless_name(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = write_formula(catalog)
    catalog.add([], aliases={"../up/half": id})
    catalog.close()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = CliRunner().invoke(app, ["sheet", "../up/half", "--catalog", str(tmp_path / "catalog")])
    assert (done.exit_code, [path.name for path in (tmp_path / "here").iterdir()]) == (0, ["_up_half.html"])


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1200, 1600), (420, 1600)])
def test_a_browser_shows_every_heading_and_nothing_wider_than_the_window(
    page: str, tmp_path: Path, width: int, height: int
) -> None:
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    browser = next(filter(None, found), None) or pytest.skip("no Chromium found to open the sheet with")
    (tmp_path / "sheet.html").write_text(page, encoding="utf-8")
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [browser, "--headless", "--no-sandbox", *quiet, f"--window-size={width},{height}"]
    command += [f"--screenshot={tmp_path / 'page.png'}", "--dump-dom", (tmp_path / "sheet.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    pixels = matplotlib.image.imread(tmp_path / "page.png")
    assert Outline(shown).headings == HEADINGS
    assert pixels.shape[:2] == (height, width)
    assert pixels[..., :3].std() > 0.02
