"""The weakest link of a composition, and what has become stale, on both stores."""

from __future__ import annotations

import pytest

from stdcell.catalog import Contract, Evidence, Program, Relationship, Verdict
from stdcell.catalog.questions import assumptions, stale, strength

from .conftest import CONTRACT, Shelf, circuit, joined

TEXT = "use circuit add;\nmain(x: int 0..4) -> int ensures result == 2 * x ensures result >= 0 = add(x, x);\n"


@pytest.fixture
def composed(shelf: Shelf) -> Shelf:
    """A program over the second `add`: one promise rests on its contract, one on the first promise, one on nothing."""
    cell = shelf.nodes["add2"]
    program = Program(name="twice", text=TEXT, dialect="cell", graph="2" * 64)
    check = Evidence(
        of=cell.id, kind="exhaustive", claim=CONTRACT.ensures, method="enumeration", n_inputs=100, n_wrong=0
    )
    doubled, positive, typed = (
        Verdict(of=program.id, claim=claim, status="proved", scope="all inputs", method="lemmas")
        for claim in ("doubled", "positive", "typed")
    )
    shelf.nodes.update({"twice": program, "check": check, "doubled": doubled, "positive": positive, "typed": typed})
    rests = [
        *joined(doubled, "RESTS_ON", check, CONTRACT),
        *joined(positive, "RESTS_ON", check, CONTRACT, doubled),
    ]
    about = [Relationship(one.id, "ABOUT", program.id) for one in (doubled, positive, typed)]
    shelf.catalog.add(
        [program, check, doubled, positive, typed],
        [*rests, *about, *joined(check, "ABOUT", cell), *joined(program, "COMPOSED_OF", cell)],
        {"twice": program.id},
    )
    return shelf


def links(shelf: Shelf) -> list[tuple[str, int, str | None]]:
    rows = strength(shelf.nodes["twice"]).ask(shelf.catalog)
    return [(row["claim"], row["standing"], row["weakest"]) for row in rows]


def reasons(shelf: Shelf, name: str | None = None) -> list[tuple[str, str, str]]:
    rows = stale(shelf.nodes[name] if name else None).ask(shelf.catalog)
    return [(row["claim"], row["because"], row["name"]) for row in rows]


def test_a_composition_is_as_strong_as_its_weakest_link(composed: Shelf) -> None:
    assert links(composed) == [("doubled", 2, "add"), ("positive", 2, "add"), ("typed", 1, None)]


def test_a_measurement_is_a_weaker_link_than_a_check(composed: Shelf) -> None:
    double = composed.nodes["double"]
    measured = Evidence(of=double.id, kind="measurement", claim="result == 2 * a", method="sampling", value=0.5)
    composed.catalog.add(
        measured, [*joined(measured, "ABOUT", double), *joined(composed.nodes["doubled"], "RESTS_ON", measured)]
    )
    assert links(composed)[0] == ("doubled", 3, "double")


def test_what_is_refuted_is_the_weakest_link_of_all(composed: Shelf) -> None:
    cell = composed.nodes["add2"]
    against = Evidence(of=cell.id, kind="counterexample", claim=CONTRACT.ensures, method="by hand")
    composed.catalog.add(against, joined(against, "ABOUT", cell))
    assert links(composed) == [("doubled", 0, "add"), ("positive", 0, "add"), ("typed", 1, None)]


def test_evidence_on_another_claim_is_no_link(composed: Shelf) -> None:
    cell = composed.nodes["add2"]
    against = Evidence(of=cell.id, kind="counterexample", claim="faithfulness", method="by hand")
    composed.catalog.add(against, joined(against, "ABOUT", cell))
    assert links(composed)[0] == ("doubled", 2, "add")


def test_a_refutation_counts_before_a_proof_of_the_same_claim(composed: Shelf) -> None:
    program = composed.nodes["twice"]
    refuted = Verdict(of=program.id, claim="typed", status="refuted", scope="one input", method="unrolling")
    composed.catalog.add(refuted, joined(refuted, "ABOUT", program))
    assert links(composed)[2] == ("typed", 0, None)


def test_of_two_proofs_of_a_claim_the_stronger_one_counts(composed: Shelf) -> None:
    program = composed.nodes["twice"]
    other = Verdict(of=program.id, claim="doubled", status="proved", scope="n <= 3", method="unrolling")
    composed.catalog.add(other, joined(other, "ABOUT", program))
    assert links(composed)[0] == ("doubled", 1, None)


def test_each_verdict_names_what_it_rests_on(composed: Shelf) -> None:
    rows = assumptions(composed.nodes["twice"]).ask(composed.catalog)
    assert [(row["claim"], row["what"]) for row in rows] == [
        ("doubled", CONTRACT.ensures),
        ("doubled", CONTRACT.ensures),
        ("positive", "doubled"),
        ("positive", CONTRACT.ensures),
        ("positive", CONTRACT.ensures),
    ]


def test_nothing_is_stale_at_first(composed: Shelf) -> None:
    assert reasons(composed) == []


def test_new_weights_under_the_name_make_verdicts_stale(composed: Shelf) -> None:
    new = circuit("add", composed.catalog.blobs.put(b"new weights"), 3)
    composed.catalog.add(new, aliases={"add": new.id})
    expected = [(claim, "cell", "add") for claim in ("doubled", "positive", "typed")]
    assert (reasons(composed), reasons(composed, "twice"), reasons(composed, "add2")) == (expected, expected, expected)
    assert reasons(composed, "double") == []


def test_a_name_that_moved_back_makes_nothing_stale(composed: Shelf) -> None:
    new = circuit("add", composed.catalog.blobs.put(b"new weights"), 3)
    composed.catalog.add(new, aliases={"add": new.id})
    composed.catalog.add([], aliases={"add": composed.id("add2")})
    assert reasons(composed) == []


def test_a_pinned_version_is_not_replaced(shelf: Shelf) -> None:
    cell = shelf.nodes["add2"]
    program = Program(name="pinned", text=TEXT.replace("add;", "add@2;"), dialect="cell", graph="2" * 64)
    verdict = Verdict(of=program.id, claim="doubled", status="proved", scope="all inputs", method="lemmas")
    shelf.catalog.add([program, verdict], [*joined(verdict, "ABOUT", program), *joined(program, "COMPOSED_OF", cell)])
    new = circuit("add", shelf.catalog.blobs.put(b"new weights"), 3)
    shelf.catalog.add(new, aliases={"add": new.id})
    assert reasons(shelf) == []


def test_a_new_text_under_the_programs_name_makes_its_verdicts_stale(composed: Shelf) -> None:
    other = Program(name="twice", text=TEXT + "\n", dialect="cell", graph="2" * 64)
    composed.catalog.add(other, aliases={"twice": other.id})
    assert reasons(composed) == [(claim, "program", "twice") for claim in ("doubled", "positive", "typed")]


def test_another_contract_of_the_cell_makes_what_rests_on_the_old_one_stale(composed: Shelf) -> None:
    other = Contract(requires="", ensures="result >= 0")
    composed.catalog.add(other, joined(composed.nodes["add2"], "SATISFIES", other))
    assert reasons(composed) == [("doubled", "contract", "add"), ("positive", "contract", "add")]


def test_evidence_against_the_contract_makes_what_rests_on_it_stale(composed: Shelf) -> None:
    cell = composed.nodes["add2"]
    against = Evidence(of=cell.id, kind="exhaustive", claim=CONTRACT.ensures, method="again", n_inputs=100, n_wrong=1)
    composed.catalog.add(against, joined(against, "ABOUT", cell))
    assert reasons(composed, "add2") == [("doubled", "evidence", "add"), ("positive", "evidence", "add")]
