"""Proofs without questions are done again: inputs are tried, boxes are cut, types are derived; nothing is believed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stdcell import parse
from stdcell.errors import Source
from stdcell.verify import Claim, Effort
from stdcell.verify.certificates import checking
from stdcell.verify.certificates.certificate import Certificate, read_certificate
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.subject import answers_about
from stdcell.verify.certificates.writing import certify, report_of
from stdcell.verify.composition.ladder import Strategies
from stdcell.verify.numeric.prove import by_boxes
from stdcell.verify.outcome import Outcome, Proof
from stdcell.verify.prove import STRATEGIES

from .conftest import Change, Forge

NONE = Effort(steps=1, states=1)
BOXES = "main(x: real 0..1, y: real 0..1) ensures result >= -1/10 = x*x - 2*x*y*y + y;"
INPUTS = "main(x: int 0..3) ensures result * result mod 7 <= 4 = x;"
TYPES = "main(x: int 0..3) -> int 0..3 = x;"
TEXTS = {"boxes": BOXES, "inputs": INPUTS, "types": TYPES}
DONE_AGAIN = {
    "boxes": "proved: it holds on each of 7 boxes, cut again",
    "inputs": "proved: 4 inputs were tried again, and are the same",
    "types": "proved: the types say so, derived again",
}


def certified(name: str, strategies: Strategies = STRATEGIES) -> Certificate:
    """The certificate of one of the texts, as these strategies answer it."""
    program = parse(Source(TEXTS[name], f"{name}.cell"))
    return certify(program, answers_about(program, None, NONE, strategies), effort=NONE)


def found(certificate: Certificate) -> tuple[str, str]:
    """What a check finds of the claim."""
    finding = check_certificate(certificate)[-1]
    return finding.standing, finding.text


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_done_again(name: str) -> None:
    assert found(certified(name)) == ("confirmed", DONE_AGAIN[name])


@pytest.mark.parametrize("name", TEXTS)
def test_the_report_is_the_same_after_it_was_written_down(name: str) -> None:
    program = parse(Source(TEXTS[name], f"{name}.cell"))
    report = answers_about(program, None, NONE, STRATEGIES)
    assert report_of(read_certificate(certify(program, report, effort=NONE).text)) == report


def _of_proof(**changed: Any) -> Change:
    return lambda content: content["entries"][0]["argument"]["proof"].update(changed)


def _of_verdict(**changed: Any) -> Change:
    return lambda content: content["entries"][0]["verdict"].update(changed)


def _one_box_less(content: dict[str, Any]) -> None:
    content["entries"][0]["argument"]["proof"]["boxes"]["tree"].pop()


FORGED: dict[str, tuple[str, Change, str]] = {
    "fewer inputs": ("inputs", _of_proof(enumerated=3), "its argument is another one: proof: enumerated: 3"),
    "another digest": ("inputs", _of_proof(tried="0" * 64), "its argument is another one: proof: tried: 000"),
    "no inputs at all": ("inputs", _of_proof(enumerated=0, tried=""), "its argument is another one"),
    "one box less": ("boxes", _one_box_less, "its argument is another one: proof: boxes"),
    "no boxes": ("boxes", _of_proof(boxes=None), "its argument is another one"),
    "it is said to be by types": ("inputs", _of_verdict(method="types"), "its method is"),
    "another reason to believe it": ("boxes", _of_verdict(because=["faith"]), "its because is"),
    "other words of what was tried": ("inputs", _of_verdict(tried=["faith: enough"]), "its tried is"),
    "an input that meets what is required": ("boxes", _of_verdict(vacuity="met at length 1"), "its vacuity is"),
}


@pytest.mark.parametrize(("name", "change", "told"), FORGED.values(), ids=FORGED.keys())
def test_a_forgery_is_found(name: str, change: Change, told: str, forge: Forge) -> None:
    standing, text = found(read_certificate(forge(certified(name), change)))
    assert (standing, text[: len(told)]) == ("failed", told)


def by_faith(claim: Claim, effort: Effort) -> Outcome:
    """Proves everything."""
    return Proof("faith")


def by_too_few_boxes(claim: Claim, effort: Effort) -> Outcome:
    """Leaves the last box out."""
    proof = by_boxes(claim, effort)
    assert isinstance(proof, Proof) and proof.boxes is not None
    return replace(proof, boxes=replace(proof.boxes, tree=proof.boxes.tree[:-1]))


STRANGE = {
    by_faith: ("not confirmed", "proved, by faith: there are no questions, inputs or boxes to look at"),
    by_too_few_boxes: ("failed", "its boxes do not prove it"),
}


@pytest.mark.parametrize(("strategy", "finding"), STRANGE.items())
def test_a_strategy_that_is_wrong_twice_confirms_nothing(
    strategy: Any, finding: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    strategies = replace(STRATEGIES, for_all_lengths=(strategy,))
    monkeypatch.setattr(checking, "STRATEGIES", strategies)
    assert found(certified("boxes", strategies)) == finding
