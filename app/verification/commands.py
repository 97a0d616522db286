"""The commands that prove: `verify`, `equivalent` and `refines`.

Each exits with 0 only if everything that it asks is proved; with `--all-lengths`, only if it is proved for all lengths.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import StdcellError
from ..options import CatalogOption, JsonOption, QuietOption, find_catalog, parse_file

if TYPE_CHECKING:
    from ...catalog import Catalog
    from ...dsl import Program
    from ...verify import Effort, Report
    from ...verify.certificates.subject import Comparison
    from .budgets import Budgets

__all__ = ["PROOFS"]

FileArgument = Annotated[Path, typer.Argument(help="A program, .cell or .rasp.", show_default=False)]
OtherArgument = Annotated[Path, typer.Argument(help="The program that it is compared with.", show_default=False)]
UpToOption = Annotated[int, typer.Option(min=0, help="Longest sequences tried where no proof for all is found.")]
StepsOption = Annotated[int, typer.Option(min=1, help="Solver steps for each question, before its answer is unknown.")]
AllLengthsOption = Annotated[
    bool, typer.Option("--all-lengths", help="Exit 0 only if all is proved for sequences of every length.")
]
OutputOption = Annotated[str | None, typer.Option(help="The output that is meant (else main, else the last).")]
OtherOutputOption = Annotated[str | None, typer.Option(help="The output of the other program.")]
CertificateOption = Annotated[Path | None, typer.Option(help="Write what others need to check it, .json.")]
_UP_TO, _STEPS = 6, 3_000_000


def verify(
    file: FileArgument,
    up_to: UpToOption = _UP_TO,
    steps: StepsOption = _STEPS,
    all_lengths: AllLengthsOption = False,
    certificate: CertificateOption = None,
    out: Annotated[Path | None, typer.Option(help="Write the verdicts beside the text, as a page, .html.")] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Print what each claim rests on, weakest links marked.")] = False,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Prove or refute every wire, every call's requirement and every promise; exit 0 only if all is proved."""
    from ...verify import Effort
    from ...verify.certificates.cache import Verifier
    from ..certificates.files import write_certificate
    from ..certificates.tree import print_tree
    from .budgets import budgets_of
    from .printing import print_report

    if out is not None and out.suffix != ".html":
        raise StdcellError(f"verdicts are written as a page: expected a name that ends in .html, found {str(out)!r}")
    opened, effort = find_catalog(catalog), Effort(up_to=up_to, steps=steps)
    program = parse_file(file, opened)
    report = Verifier(opened).verify(program, effort=effort)
    is_told = out is not None or as_json or not (quiet or tree)
    budgets = budgets_of(program, opened) if is_told else None
    if tree and not as_json:
        print_tree(report)
    else:
        print_report(report, budgets, as_json=as_json, quiet=quiet)
    if certificate is not None:
        write_certificate(certificate, program, report, opened, effort)
    if out is not None:
        _write_page(out, program, report, budgets)
    raise _exit(report, all_lengths=all_lengths)


def equivalent(
    file: FileArgument,
    other: OtherArgument,
    output: OutputOption = None,
    other_output: OtherOutputOption = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="Values of inputs whose type no program declares: a,b,c or a JSON list.")
    ] = None,
    up_to: UpToOption = _UP_TO,
    steps: StepsOption = _STEPS,
    all_lengths: AllLengthsOption = False,
    certificate: CertificateOption = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Prove that two programs answer alike on every input that both accept, or show one on which they differ."""
    from ...verify import Effort
    from ...verify.certificates.subject import Comparison
    from .vocabulary import element_type

    opened = find_catalog(catalog)
    programs = parse_file(file, opened), parse_file(other, opened)
    open_type = None if vocabulary is None else element_type(vocabulary)
    compared = Comparison("equivalent", programs, (output, other_output), open_type)
    report = _compare(compared, opened, Effort(up_to=up_to, steps=steps), certificate, as_json=as_json, quiet=quiet)
    raise _exit(report, all_lengths=all_lengths)


def refines(
    file: FileArgument,
    other: OtherArgument,
    output: OutputOption = None,
    other_output: OtherOutputOption = None,
    up_to: UpToOption = _UP_TO,
    steps: StepsOption = _STEPS,
    all_lengths: AllLengthsOption = False,
    certificate: CertificateOption = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Prove that a program may stand where the other one does: it requires no more and promises no less."""
    from ...verify import Effort
    from ...verify.certificates.subject import Comparison

    opened = find_catalog(catalog)
    programs = parse_file(file, opened), parse_file(other, opened)
    compared = Comparison("refines", programs, (output, other_output))
    report = _compare(compared, opened, Effort(up_to=up_to, steps=steps), certificate, as_json=as_json, quiet=quiet)
    raise _exit(report, all_lengths=all_lengths)


def _compare(
    compared: Comparison,
    catalog: Catalog | None,
    effort: Effort,
    certificate: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> Report:
    """Answer, tell, and only then write what is to be kept: whatever becomes of that, the answers are seen."""
    from ...verify.certificates.cache import keep_comparison
    from ...verify.certificates.subject import answers_about
    from ...verify.prove import STRATEGIES
    from ..certificates.files import write_certificate
    from .printing import print_report

    report = answers_about(compared, catalog, effort, STRATEGIES)
    print_report(report, as_json=as_json, quiet=quiet)
    if certificate is not None:
        write_certificate(certificate, compared, report, catalog, effort)
    if catalog is not None:
        keep_comparison(compared, report, catalog, effort=effort)
    return report


def _write_page(path: Path, program: Program, report: Report, budgets: Budgets | None) -> None:
    from ...catalog.durable import write_atomically
    from .page import verdicts_page

    write_atomically(path, verdicts_page(program.source.name, program.source.text, report, budgets).encode())


def _exit(report: Report, *, all_lengths: bool) -> typer.Exit:
    holds = report.is_proved_for_all_lengths if all_lengths else report.is_proved
    return typer.Exit(0 if holds else 1)


PROOFS: dict[str, Callable[..., None]] = {"verify": verify, "equivalent": equivalent, "refines": refines}
"""The commands, by name."""
