"""Every proof of the library and of the tests of the ladder is one for both solvers."""

from __future__ import annotations

import pytest

from stdcell import parse, verify
from stdcell.dsl.scope import library_names, read_program
from stdcell.errors import Source
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.writing import certify

from ..test_prove import BREAKS, DIGIT, FOLD, HOLDS

PROMISES = {
    name: f"{DIGIT}main(xs: seq[Digit]) ensures {promise} = {body};"
    for name, (promise, body, *_) in {**HOLDS, **BREAKS}.items()
}


def standings(text: str, dialect: str = "cell", name: str = "<program>") -> set[str]:
    program = parse(Source(text, name), dialect=dialect)
    return {finding.standing for finding in check_certificate(certify(program, verify(program)))}


# What takes a while to verify; its questions are put to cvc5 among those of the library's proofs.
SLOW = ("stdcell/counting_sort", "stdcell/prefix_sum")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in library_names() if name not in ("stdcell/rasp", *SLOW)])
def test_certificates_of_the_library_are_confirmed(name: str) -> None:
    source, dialect = read_program(name, Source("")) or (Source(""), "cell")
    assert standings(source.text, dialect, source.name) == {"confirmed"}


@pytest.mark.parametrize("text", [*PROMISES.values(), FOLD], ids=[*PROMISES.keys(), "fold"])
def test_certificates_of_the_ladders_tests_are_confirmed(text: str) -> None:
    assert standings(text) == {"confirmed"}
