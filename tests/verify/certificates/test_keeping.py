"""Verdicts in the catalog: what they say, and what they are joined to."""

from __future__ import annotations

from dataclasses import replace

import z3

from stdcell import Catalog, parse
from stdcell.app.obligations import owed_by
from stdcell.catalog import Contract, Evidence, Program, Relationship, Verdict
from stdcell.catalog.questions import stale, strength
from stdcell.errors import Source
from stdcell.training import store_circuit
from stdcell.verify import Effort
from stdcell.verify.certificates.cache import Verifier, keep_comparison
from stdcell.verify.certificates.certificate import read_certificate
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.subject import Comparison, answers_about
from stdcell.verify.prove import STRATEGIES

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
    assert (verdict.limits["up_to"], verdict.limits["steps"]) == (6, 3_000_000)
    assert [question["steps"] for question in verdict.argument["questions"]] == [600_000]
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


DIVIDING = """use circuit next as next;
main(x: int 0..2) -> int ensures result >= 0 = 6 / next(x);
"""


def test_a_cell_that_the_record_of_the_program_leaves_out_is_kept_and_asked_for(catalog: Catalog) -> None:
    program = replace(parse(Source(CALLING, "kept.cell"), scope=catalog), cells=())
    verifier = Verifier(catalog)
    assert verifier.verify(program).is_proved
    against = _against(catalog)
    catalog.add(against, [Relationship(against.id, "ABOUT", catalog.get("next").id)])
    assert not verifier.verify(program).is_proved


def test_an_operation_is_owed_again_once_what_it_rests_on_was_refuted(catalog: Catalog) -> None:
    source = Source(DIVIDING, "kept.cell")
    keep(DIVIDING, catalog)
    assert owed_by(parse(source, scope=catalog), catalog) == ()
    against = _against(catalog)
    catalog.add(against, [Relationship(against.id, "ABOUT", catalog.get("next").id)])
    assert [claim.text for claim in owed_by(parse(source, scope=catalog), catalog)] == ["the divisor is not zero"]


def _against(catalog: Catalog) -> Evidence:
    """A counterexample to the contract of the network."""
    cell = catalog.get("next").id
    return Evidence(of=cell, kind="counterexample", claim="result == a + 1", method="by hand", n_inputs=1, n_wrong=1)


def test_a_comparison_is_kept_and_says_nothing_of_either_program_alone(catalog: Catalog) -> None:
    kept = keep(CALLING, catalog)
    use = "use circuit next as next;\n"
    one = parse(Source(f"{use}main(x: int 0..2) -> int = next(x);", "one.cell"), scope=catalog)
    other = parse(Source("main(x: int 0..2) -> int = 2 * x;", "other.cell"))
    compared = Comparison("equivalent", (one, other))
    keep_comparison(compared, answers_about(compared, catalog, Effort(), STRATEGIES), catalog)
    query = "MATCH (v:Verdict)-[:COMPARES]->(p:Program) RETURN v.status AS status, p.name AS name ORDER BY name"
    rows = {(row["status"], row["name"]) for row in catalog.query(query)}
    assert ("refuted", "one.cell") in rows
    assert ("refuted", "other.cell") in rows
    (program,) = catalog.query("MATCH (p:Program) WHERE p.name = 'one.cell' RETURN p.id AS id")
    assert strength(catalog.get(program["id"])).ask(catalog) == []
    assert [row["standing"] for row in strength(kept).ask(catalog)] == [2, 2, 1, 1]


def test_the_certificate_of_a_kept_comparison_is_confirmed(catalog: Catalog) -> None:
    use = "use circuit next as next;\n"
    one = parse(Source(f"{use}main(x: int 0..2) -> int = next(x);", "one.cell"), scope=catalog)
    other = parse(Source("main(x: int 0..2) -> int = 1 + x;", "other.cell"))
    compared = Comparison("equivalent", (one, other))
    keep_comparison(compared, answers_about(compared, catalog, Effort(), STRATEGIES), catalog)
    (row,) = catalog.query(
        "MATCH (v:Verdict)-[:COMPARES]->(p:Program {name: 'one.cell'}) RETURN DISTINCT v.blob AS blob"
    )
    findings = check_certificate(read_certificate(catalog.blobs.get(row["blob"]).decode()), catalog)
    assert {finding.standing for finding in findings} == {"confirmed"}
