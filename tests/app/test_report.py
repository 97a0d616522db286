"""The report's page, from contents that are written by hand: nothing is trained here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest

from stdcell.app.report import ReportContents, write_report
from stdcell.extraction import AdditionFormula
from stdcell.extraction.files import ExtractedCircuit, ExtractedFormula
from stdcell.runtime.cell import NeuralCell
from stdcell.runtime.tracing import CellAnswer, Step, Trace
from stdcell.runtime.tracing.operations import PlainOperation
from stdcell.runtime.tracing.trace import CellEvidence, ProgramRecord
from stdcell.runtime.transformer import Edge, Transformer, edges
from stdcell.training import Progress, Run, TrainingConfig, find_task
from stdcell.verify import Assumption, Counterexample, Report, Verdict
from stdcell.verify.networks.exhaustive import ExhaustiveCheck

KEPT = [("embed", "L0.H1.v"), ("L0.H1", "L0.mlp"), ("L0.mlp", "logits")]
PROGRAM = "# adds\nmain(xs: seq[int]) -> seq[int]\n    ensures sorted(result)\n    = xs;\n"
HEADINGS = ["Learning", "Formula", "Circuit", "Traces", "Verdicts", "Provenance"]
HOSTILE = "<script>alert(1)</script>"
TASK = find_task("add-mod", modulus=7)
CONFIG = TrainingConfig(d_model=8, n_heads=2, d_mlp=4)


def written_run() -> Run:
    history = (
        Progress(10, 1.9, 2.1, 0.4, 0.1, 35, -2.0),
        Progress(20, 0.1, 1.2, 1.0, 0.5, 10, -0.5),
        Progress(30, 0.01, 0.02, 1.0, 1.0, 0, 1.5),
    )
    return Run(Path("/home/someone/run"), TASK, CONFIG, "d" * 64, "0.1.0", "generalised", history)


def written_circuit() -> ExtractedCircuit:
    parent = CONFIG.transformer(TASK)
    shape = replace(parent, edges=tuple(Edge(*edge) for edge in KEPT))
    effects = [
        {"edge": list(edge), "smallest_margin": 0.0, "margin_drop": float(place), "n_wrong": place}
        for place, edge in enumerate(edges(parent))
    ]
    search = {"edges": KEPT, "claim": "minimum", "n_sets_tried": 42, "smallest_margin": 1.5}
    search["curve"] = [(9, 3.5), (5, 2.0), (3, 1.5)]
    cell = NeuralCell(TASK.cell, Transformer.initialised(shape, seed=0))
    return ExtractedCircuit(cell, b"weights", 30, search, effects)


def written_step(name: str, type_: str, value: Any, text: str, place: str, number: int = 0) -> Step:
    operation = PlainOperation(kind="at")
    return Step(
        number=number,
        node="a",
        name=name,
        text=text,
        place=place,
        span=None,
        type=type_,
        operation=operation,
        reads=(),
        value=value,
    )


def trace_of_steps(backend: str, output: str, answer: Any, broken: tuple[str, ...], steps: tuple[Step, ...]) -> Trace:
    program = ProgramRecord(source=output, dialect="cell", text=output, digest="e" * 64)
    return Trace(
        stdcell="0.1.0",
        backend=backend,
        program=program,
        output=output,
        input=[],
        answer=answer,
        broken=broken,
        steps=steps,
    )


def written_trace() -> Trace:
    rows = [[False, True, False], [False, False, True], [False, False, False]]
    called = written_step("", "int 0..6", 5, "add(xs, 3)", "sum.cell:5:5", 1).model_copy(
        update={
            "cells": (CellEvidence(name="add", digest="c" * 64, evidence="exhaustive", evidence_id=None),),
            "calls": (CellAnswer(cell="c" * 64, inputs=(2, 3), answer=5),),
        }
    )
    earlier = written_step("earlier", "selector", rows, "select(xs, xs, <)", "/home/x/sum.cell:4:5")
    return trace_of_steps("stitched", "main", [5, 6, 0], ("sorted(result)",), (earlier, called))


def written_report() -> Report:
    assumed = Assumption("add", "c" * 64, "result == (a + b) mod 7", "exhaustive: 49 inputs", True)
    witness = Counterexample("main([2, 1])", [2, 1], [2, 1], "stdcell run /home/someone/sum.cell --input '[2, 1]'")
    where = "/home/someone/sum.cell:3:13"
    verdicts = (
        Verdict("sum(result) == sum(xs)", "ensures", where, "proved", "all lengths", "induction", (assumed,)),
        Verdict("sorted(result)", "ensures", where, "refuted", "one input", "replayed", (), witness),
        Verdict("distinct(result)", "requires", where, "unknown", "n <= 4", "bounded", reason="the solver gave up"),
    )
    return Report("e" * 64, verdicts)


CONTENTS = ReportContents(
    run=written_run(),
    circuit=written_circuit(),
    formula=ExtractedFormula(
        AdditionFormula(7, (2, 1), (3.5, -1.25), 49, 48, 0.987, (0.2, 0.7, 0.1), (0.3, 0.6, 0.1)), 30
    ),
    check=ExhaustiveCheck(49, 0, 1.5, None, "float32", "cpu"),
    traces=(written_trace(),),
    proofs=(("sum.cell", PROGRAM, written_report()),),
)


class Outline(HTMLParser):
    """Tags, ids and headings of a page; `unbalanced` are the end tags that close nothing and the tags left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self._open += [tag] if tag != "meta" else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.unbalanced += [] if self._open and self._open.pop() == tag else [tag]

    def handle_data(self, data: str) -> None:
        self.headings += [data] if self._open[-1:] == ["h2"] else []


Written = Callable[[ReportContents], str]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    def text_of(contents: ReportContents) -> str:
        path = tmp_path_factory.mktemp("report") / "report.html"
        write_report(path, contents)
        return path.read_text(encoding="utf-8")

    return text_of


@pytest.fixture(scope="session")
def page(written: Written) -> str:
    return written(CONTENTS)


def test_every_section_stands_under_its_heading_and_every_tag_is_closed(page: str) -> None:
    outline = Outline(page)
    assert (outline.headings, outline.unbalanced) == (HEADINGS, [])


def test_no_id_is_given_twice(page: str) -> None:
    ids = Outline(page).ids
    assert len(ids) == len(set(ids))


def test_the_page_refers_to_nothing_outside_itself(page: str) -> None:
    links = [address for address in re.findall(r"https?://[^\s\"'<)]+", page) if not address.endswith("/svg")]
    references = re.findall(r"(?:href|src)=\"(?!#)[^\"]*|url\((?!#)[^)]*|@import", page)
    assert (links, references) == ([], [])


def test_equal_contents_give_equal_bytes(page: str, written: Written) -> None:
    assert written(CONTENTS) == page


def test_only_the_report_is_left_in_its_folder(tmp_path: Path) -> None:
    write_report(tmp_path / "made" / "report.html", CONTENTS)
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    "contents",
    [
        replace(CONTENTS, proofs=((HOSTILE, HOSTILE, Report("e" * 64)),)),
        replace(
            CONTENTS, proofs=(("a", "b", Report("e", (Verdict(HOSTILE, "wire", HOSTILE, "error", "", HOSTILE),))),)
        ),
        replace(CONTENTS, traces=(trace_of_steps(HOSTILE, HOSTILE, [HOSTILE], (HOSTILE,), ()),)),
        replace(
            CONTENTS,
            traces=(trace_of_steps("", "", 0, (), (written_step(HOSTILE, HOSTILE, HOSTILE, HOSTILE, ""),)),),
        ),
        replace(CONTENTS, run=replace(CONTENTS.run, code_version='"><script>')),
    ],
    ids=["program", "verdict", "trace", "step", "version"],
)
def test_what_others_wrote_is_shown_and_never_run(contents: ReportContents, written: Written) -> None:
    outline = Outline(written(contents))
    assert ("script" in outline.tags, outline.unbalanced) == (False, [])


@pytest.mark.parametrize(
    "told",
    [
        '✓ proved</span> <code class="claim">sum(result) == sum(xs)',
        '✗ refuted</span> <code class="claim">sorted(result)',
        '? unknown</span> <code class="claim">distinct(result)',
        "add (cccccccccccc): result == (a + b) mod 7",
        "<code>main([2, 1])</code>, which answers <code>[2, 1]",
        "the solver gave up",
    ],
)
def test_every_verdict_is_named_with_what_it_rests_on(page: str, told: str) -> None:
    assert told in page


def test_a_line_is_marked_by_the_worst_verdict_on_it(page: str) -> None:
    assert re.findall(r'<tr class="marked (\w+)"><td class="line">(\d+)', page) == [("refuted", "3")]


def test_no_folder_of_the_machine_is_told(page: str) -> None:
    assert "/home" not in page


def test_a_counterexamples_command_is_shown_as_it_is_typed(page: str) -> None:
    assert "$ stdcell run sum.cell --input &#x27;[2, 1]&#x27;" in page


def test_the_kept_edges_of_the_circuit_are_strong_and_all_others_faint(page: str) -> None:
    strengths = [len(re.findall(rf'<path [^>]*class="{name}"', page)) for name in ("kept", "removed")]
    assert strengths == [3, 18]


def test_an_edge_is_as_wide_as_its_effect(page: str) -> None:
    widths = re.findall(r'class="kept" stroke-width="([\d.]+)"><title>([^:]+):', page)
    assert widths == [("4.4", "embed→L0.H1.v"), ("5.7", "L0.H1→L0.mlp"), ("7", "L0.mlp→logits")]


def test_a_selector_is_told_row_by_row_to_those_who_do_not_see_it(page: str) -> None:
    assert 'aria-label="selector, one row for each query: 010 001 000"' in page


def test_every_drawing_says_what_it_shows(page: str) -> None:
    drawings = re.findall(r"<svg[^>]*>", page)
    assert [tag for tag in drawings if "aria-label" not in tag and "aria-hidden" not in tag] == []


def test_a_negative_amplitude_is_set_with_a_minus(page: str) -> None:
    assert '− <span class="term">1.25 cos <i>θ' in page


def test_a_run_without_held_out_inputs_shows_one_curve(written: Written) -> None:
    history = (Progress(10, 0.1, None, 1.0, None, 0, 1.5),)
    assert "held out" not in written(replace(CONTENTS, run=replace(CONTENTS.run, history=history)))


def test_a_run_that_never_got_everything_right_says_so(written: Written) -> None:
    unfinished = replace(CONTENTS.run, history=CONTENTS.run.history[:2], status="interrupted")
    assert "Some inputs were still wrong when training ended." in written(replace(CONTENTS, run=unfinished))


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1200, 1600), (420, 1600)])
def test_a_browser_shows_every_heading_and_paints_more_than_paper(
    page: str, tmp_path: Path, width: int, height: int
) -> None:
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    browser = next(filter(None, found), None) or pytest.skip("no Chromium found to open the report with")
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [browser, "--headless", "--no-sandbox", *quiet, f"--window-size={width},{height}"]
    command += [f"--screenshot={tmp_path / 'page.png'}", "--dump-dom", (tmp_path / "report.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    pixels = matplotlib.image.imread(tmp_path / "page.png")
    assert Outline(shown).headings == HEADINGS
    assert pixels.shape[:2] == (height, width)
    assert pixels[..., :3].std() > 0.02
