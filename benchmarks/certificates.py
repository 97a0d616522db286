"""What it costs to keep answers and to find them again, beside finding them in the first place.

Run: python benchmarks/certificates.py [n_wires]

A program of n wires (100 unless told), each a call whose contract has two clauses, in a chain, is verified, and its
certificate written, kept in a catalog, read, and checked with both solvers. Then it is verified again: the same
program, the same text parsed anew, and by another process, which only has the catalog.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from stdcell import Catalog, parse, verify
from stdcell.verify import Effort
from stdcell.verify.certificates.cache import Verifier
from stdcell.verify.certificates.certificate import read_certificate
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.writing import certify

T = TypeVar("T")
CONTRACT = "requires x >= 0 requires x <= 100 ensures result >= 0 ensures result <= 100"


def chain(n_wires: int) -> str:
    """Each function calls the one before it."""
    first = f"def f0(x: int 0..100) -> int {CONTRACT} {{ return x; }}"
    others = [f"def f{n}(x: int 0..100) -> int {CONTRACT} {{ return f{n - 1}(x); }}" for n in range(1, n_wires)]
    return "\n".join([first, *others, f"main(x: int 0..100) -> int ensures result >= 0 = f{n_wires - 1}(x);", ""])


def timed(what: str, function: Callable[[], T]) -> T:
    """The answer, its time printed."""
    start = perf_counter()
    answer = function()
    print(f"{what:42} {(perf_counter() - start) * 1000:10.1f} ms")
    return answer


def main() -> None:
    """Print the table."""
    n_wires = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    text = chain(n_wires)
    program = timed("parse", lambda: parse(text))
    report = timed("verify", lambda: verify(program))
    certificate = timed("write the certificate", lambda: certify(program, report))
    document = timed("as text", lambda: certificate.text)
    timed("read the certificate", lambda: read_certificate(document))
    findings = timed("check the certificate in Z3 and cvc5", lambda: check_certificate(certificate))
    with TemporaryDirectory() as folder, Catalog(Path(folder) / "catalog") as catalog:
        verifier = Verifier(catalog)
        timed("verify, and keep the answers", lambda: verifier.verify(program))
        timed("verify the same program again", lambda: verifier.verify(program))
        timed("verify the same program, more effort", lambda: verifier.verify(program, effort=Effort(up_to=7)))
        again = parse(text)
        timed("verify the same text again", lambda: verifier.verify(again))
        with Catalog(catalog.place) as reopened:
            timed("verify it with another process's answers", lambda: Verifier(reopened).verify(parse(text)))
    told = ", ".join(f"{n} {standing}" for standing, n in Counter(finding.standing for finding in findings).items())
    n_texts, n_bytes = len(certificate.texts), len(document)
    print(f"{len(report.verdicts):,} verdicts, {n_texts:,} questions, {n_bytes:,} bytes; checked: {told}")


if __name__ == "__main__":
    main()
