"""Verdicts in the catalog: what they say, and what they are joined to."""

from __future__ import annotations

import z3

from stdcell import Catalog, parse
from stdcell.catalog import Contract, Evidence, Program, Verdict
from stdcell.catalog.questions import stale, strength
from stdcell.errors import Source
from stdcell.training import store_circuit
from stdcell.verify.certificates.cache import Verifier
from stdcell.verify.certificates.certificate import read_certificate
from stdcell.verify.certificates.checking import check_certificate

from .conftest import CALLING, build_next

IMPORTED = "use circuit next as next;\ndef after(x: int 0..2) -> int ensures result == x + 1 { return next(x); }\n"
IMPORTING = "use program after_next (after);\nmain(x: int 0..2) -> int ensures result > x = after(x);\n"


def keep(text: str, catalog: Catalog) -> Program:
    """Verify a program and give its node."""
    Verifier(catalog).verify(parse(Source(text, "kept.cell"), scope=catalog))
    (row,) = catalog.query("MATCH (p:Program) WHERE p.name = 'kept.cell' RETURN p.id AS id")
    node = catalog.get(row["id"])
    assert isinstance(node, Program)
    return node


def verdicts(program: Program, catalog: Catalog) -> dict[str, Verdict]:
    about = (end for _, end in catalog.neighbours(program.id, "ABOUT", "in"))
    return {end.claim: end for end in about if isinstance(end, Verdict)}


def test_a_verdict_tells_how_it_was_reached(catalog: Catalog) -> None:
    program = keep(CALLING, catalog)
    verdict = verdicts(program, catalog)["ensures: ensures result == x + 1 at 2:26"]
    assert (verdict.status, verdict.scope) == ("proved", "all inputs")
    assert verdict.limits == {"up_to": 6, "steps": 3_000_000, "states": 100_000, "inputs": 100_000}
    assert [question["steps"] for question in verdict.argument["questions"]] == [3_000_000]
    assert verdict.solver == f"z3 {z3.get_version_string()}"


def test_a_verdict_is_joined_to_the_contract_and_the_evidence_that_it_rests_on(catalog: Catalog) -> None:
    program = keep(CALLING, catalog)
    verdict = verdicts(program, catalog)["ensures: ensures result == x + 1 at 2:26"]
    ends = [end for _, end in catalog.neighbours(verdict.id, "RESTS_ON")]
    assert {type(end) for end in ends} == {Contract, Evidence}


def test_the_certificate_of_a_verdict_can_be_checked(catalog: Catalog) -> None:
    program = keep(CALLING, catalog)
    (blob,) = {verdict.blob for verdict in verdicts(program, catalog).values()}
    assert blob is not None
    findings = check_certificate(read_certificate(catalog.blobs.get(blob).decode()), catalog)
    assert {finding.standing for finding in findings} == {"confirmed"}


def test_a_second_verification_adds_nothing(catalog: Catalog) -> None:
    keep(CALLING, catalog)
    before = len(catalog.events())
    keep(CALLING, catalog)
    assert len(catalog.events()) == before


def test_a_changed_weight_makes_the_verdicts_stale(catalog: Catalog) -> None:
    program = keep(CALLING, catalog)
    assert [row["standing"] for row in strength(program).ask(catalog)] == [2, 2, 1, 1]
    assert stale().ask(catalog) == []
    store_circuit(catalog, "next", build_next(2), "result == a + 1")
    assert {(row["because"], row["name"]) for row in stale().ask(catalog)} == {("cell", "next")}


def test_what_an_imported_program_calls_is_rested_on_as_well(catalog: Catalog) -> None:
    inner = Program(name="after_next", text=IMPORTED, dialect="cell", graph="0" * 64)
    catalog.add(inner, aliases={"after_next": inner.id})
    program = keep(IMPORTING, catalog)
    claims = {row["claim"]: (row["standing"], row["weakest"]) for row in strength(program).ask(catalog)}
    assert claims["ensures: ensures result > x at 2:26"] == (2, "next")
    parts = {end.label for _, end in catalog.neighbours(program.id, "COMPOSED_OF")}
    assert parts == {"Circuit", "Program"}


def test_a_new_version_of_an_imported_program_makes_the_verdicts_stale(catalog: Catalog) -> None:
    inner = Program(name="after_next", text=IMPORTED, dialect="cell", graph="0" * 64)
    catalog.add(inner, aliases={"after_next": inner.id})
    keep(IMPORTING, catalog)
    other = Program(name="after_next", text=IMPORTED + "\n", dialect="cell", graph="0" * 64)
    catalog.add(other, aliases={"after_next": other.id})
    assert {(row["because"], row["name"]) for row in stale().ask(catalog)} == {("cell", "after_next")}
