"""The commands about certificates; what they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..options import CatalogOption, JsonOption, QuietOption, find_catalog, open_catalog, print_json
from ..questions.options import CypherOption

__all__ = ["certificates"]

certificates = typer.Typer(no_args_is_help=True, help="Check what was answered about a program.")


@certificates.command("check")
def check_certificate(
    file: Annotated[Path, typer.Argument(help="What `--certificate` wrote, .json.", show_default=False)],
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer every claim again, replay questions in Z3 and cvc5, run cells again; exit 0 only if all is confirmed."""
    from ...verify.certificates.checking import check_certificate
    from .files import read_certificate_file
    from .printing import print_findings

    findings = check_certificate(read_certificate_file(file), find_catalog(catalog))
    print_findings(findings, as_json=as_json, quiet=quiet)
    raise typer.Exit(0 if all(finding.standing in ("confirmed", "noted") for finding in findings) else 1)


@certificates.command("stale")
def list_stale(catalog: CatalogOption = None, as_json: JsonOption = False, cypher: CypherOption = False) -> None:
    """List the verdicts whose programs, weights, contracts or evidence were replaced since; exit 1 if there are any."""
    from ...catalog.questions import stale
    from ..questions.tables import print_cypher, print_table

    if cypher:
        print_cypher(stale())
        return
    with open_catalog(catalog) as opened:
        rows = stale().ask(opened)
    n_verdicts = len({row["id"] for row in rows})
    if as_json:
        print_json(rows)
    elif rows:
        print_table(rows, ("because", "name", "program", "claim", "status", "id"))
        typer.echo(f"{n_verdicts:,} verdict{' is' if n_verdicts == 1 else 's are'} stale; verify the programs again")
    else:
        typer.echo("nothing is stale")
    raise typer.Exit(1 if rows else 0)
