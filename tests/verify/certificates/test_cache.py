"""A second verification is not done again; whatever has changed, it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell import Catalog, Report, parse, verify
from stdcell.catalog import Contract, Evidence, Relationship
from stdcell.dsl.program import Program
from stdcell.errors import DamagedBlob, Source
from stdcell.training import store_circuit
from stdcell.verify import Effort
from stdcell.verify.certificates import cache, versions
from stdcell.verify.certificates.cache import Verifier, verification_key
from stdcell.verify.composition.memory import Memory

from .conftest import CALLING, build_next


def catalog_folder(catalog: Catalog) -> Path:
    return Path(catalog.place)


TEXT = "main(xs: seq[int 0..9]) ensures result <= 9 = xs;"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the programs that were really verified."""
    found: list[str] = []

    def counted(program: Program, catalog: Catalog | None, *, effort: Effort, memory: Memory) -> Report:
        found.append(program.source.text)
        return verify(program, catalog, effort=effort, memory=memory)

    monkeypatch.setattr(cache, "verify", counted)
    return found


def test_a_program_is_verified_once(asked: list[str]) -> None:
    verifier = Verifier()
    first, second = verifier.verify(parse(TEXT)), verifier.verify(parse(TEXT))
    assert first == second
    assert asked == [TEXT]


def test_another_process_finds_the_answers_in_the_catalog(catalog: Catalog, asked: list[str]) -> None:
    first = Verifier(catalog).verify(parse(CALLING, scope=catalog))
    with Catalog(catalog.place) as again:
        assert Verifier(again).verify(parse(CALLING, scope=again)) == first
    assert len(asked) == 1


OTHERS = {
    "another bound": TEXT.replace("<= 9", "<= 8"),
    "another type": TEXT.replace("0..9", "0..8"),
    "another body": TEXT.replace("= xs;", "= xs + 0 * xs;"),
    "another name": TEXT.replace("main", "same"),
    "another place": "\n" + TEXT,
    "another requirement": TEXT.replace(" ensures", " requires length > 0 ensures"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_another_program_is_verified_itself(other: str, asked: list[str]) -> None:
    verifier = Verifier()
    verifier.verify(parse(TEXT))
    assert verifier.verify(parse(other)) == verify(parse(other))
    assert asked == [TEXT, other]


def test_a_program_under_another_name_is_told_under_that_name(asked: list[str]) -> None:
    verifier = Verifier()
    verifier.verify(parse(Source(TEXT, "one.cell")))
    verdict = verifier.verify(parse(Source(TEXT, "other.cell"))).verdicts[0]
    assert verdict.place == "other.cell:1:25"


HARD = "main(xs: seq[int 0..2]) ensures sum(xs * xs) * length >= sum(xs) * sum(xs) = xs;"


def test_what_was_unknown_is_asked_again_with_more_effort() -> None:
    verifier = Verifier()
    statuses = [
        verifier.verify(parse(HARD), effort=Effort(steps=steps, inputs=0)).verdicts[0].status
        for steps in (1, 3_000_000)
    ]
    assert statuses == ["unknown", "proved"]


@pytest.mark.parametrize("effort", [Effort(up_to=5), Effort(steps=2), Effort(states=2), Effort(inputs=2)])
def test_every_limit_counts(effort: Effort) -> None:
    assert verification_key(parse(TEXT), [], effort) != verification_key(parse(TEXT), [], Effort())


def test_another_encoder_answers_itself(catalog: Catalog, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Verifier(catalog).verify(parse(TEXT))
    monkeypatch.setattr(cache, "encoder_version", lambda: "0" * 64)
    Verifier(catalog).verify(parse(TEXT))
    assert len(asked) == 2


def test_the_encoder_is_named_by_its_code() -> None:
    assert versions.encoder_version() == versions.encoder_version.__wrapped__()


def test_changed_weights_are_another_question(catalog: Catalog) -> None:
    verifier = Verifier(catalog)
    assert verifier.verify(parse(CALLING, scope=catalog)).is_proved
    store_circuit(catalog, "next", build_next(2), "result == a + 1")
    promised = verifier.verify(parse(CALLING, scope=catalog)).verdicts[-2:]
    assert [verdict.status for verdict in promised] == ["unknown", "unknown"]


def test_evidence_against_a_contract_takes_the_proofs_with_it(catalog: Catalog) -> None:
    verifier = Verifier(catalog)
    program = parse(CALLING, scope=catalog)
    assert verifier.verify(program).is_proved
    cell = program.cells[0].digest
    against = Evidence(of=cell, kind="counterexample", claim="result == a + 1", method="by hand", n_inputs=1, n_wrong=1)
    catalog.add(against, [Relationship(against.id, "ABOUT", cell)])
    assert not verifier.verify(program).is_proved


def test_another_contract_of_the_cell_is_another_question(catalog: Catalog) -> None:
    cell = catalog.get("next")
    other = Contract(requires="", ensures="result >= a")
    before = verification_key(parse(CALLING, scope=catalog), [], Effort())
    store_circuit(catalog, "other", build_next(), other.ensures)
    text = CALLING.replace("circuit next", "circuit other")
    assert catalog.get("next").id == cell.id
    assert verification_key(parse(text, scope=catalog), [], Effort()) != before


def test_damaged_weights_are_told_whatever_was_answered_before(catalog: Catalog) -> None:
    verifier = Verifier(catalog)
    program = parse(CALLING, scope=catalog)
    verifier.verify(program)
    blob = getattr(catalog.get("next"), "blob")  # noqa: B009
    (file,) = (path for path in (catalog_folder(catalog) / "blobs").rglob(blob))
    file.chmod(0o644)
    file.write_bytes(b"other weights")
    with pytest.raises(DamagedBlob):
        verifier.verify(program)


def test_a_damaged_certificate_is_made_again(catalog: Catalog, asked: list[str]) -> None:
    Verifier(catalog).verify(parse(TEXT))
    (row,) = catalog.query("MATCH (v:Verdict) WHERE v.asked IS NOT NULL RETURN v.blob AS blob")
    (file,) = (path for path in (catalog_folder(catalog) / "blobs").rglob(row["blob"]))
    file.chmod(0o644)
    file.write_bytes(b"{}")
    assert Verifier(catalog).verify(parse(TEXT)).is_proved
    assert len(asked) == 2
