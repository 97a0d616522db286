"""The commands about a Neo4j server of the user's own; what they do is imported when they run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import JsonOption, print_json

if TYPE_CHECKING:
    from ..deploy.neo4j import ServerHome, Status

__all__ = ["servers"]

servers = typer.Typer(no_args_is_help=True, help="Run a Neo4j server of your own on this machine, without Docker.")

NOT_RUNNING = 3  # as of systemctl

HomeOption = Annotated[
    Path | None,
    typer.Option(envvar="STDCELL_SERVER_HOME", help="The server's folder (else one in your data folder)."),
]


@servers.command("up")
def server_up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where it listens, on this machine only (else 7687).")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start the server, fetched before if need be; one that runs already is left as it is."""
    from ..deploy.neo4j import jars_folder, start_server

    chosen = _home(home)
    status = start_server(chosen, port, jars_folder(), _tell)
    if as_json:
        print_json(_told(chosen, status))
        return
    typer.echo(f"Neo4j {status.version} runs at {status.uri}")
    typer.echo(_usage(chosen, status))


@servers.command("down")
def server_down(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Stop the server; its data stay."""
    from ..deploy.neo4j import stop_server

    chosen = _home(home)
    was_running = stop_server(chosen, _tell)
    if as_json:
        print_json({"was_running": was_running, "home": str(chosen)})
    else:
        typer.echo(f"stopped; its data stay in {chosen}" if was_running else f"no server runs in {chosen}")


@servers.command("status")
def server_state(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what runs, and where; exit 3 if nothing does."""
    from ..deploy.neo4j import server_status

    chosen = _home(home)
    status = server_status(chosen)
    told = _told(chosen, status)
    if as_json:
        print_json(told)
    elif status is None:
        typer.echo(f"no server runs in {chosen} ({_megabytes(told)} MB)")
    else:
        typer.echo(f"Neo4j {status.version} runs at {status.uri} since {told['since']}, process {status.pid}")
        typer.echo(f"data      {chosen} ({_megabytes(told)} MB)")
    raise typer.Exit(0 if status else NOT_RUNNING)


def _home(folder: Path | None) -> ServerHome:
    from ..deploy.neo4j import ServerHome, default_home

    return ServerHome(folder.absolute()) if folder else default_home()


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def _usage(home: ServerHome, status: Status) -> str:
    from ..deploy.neo4j import default_home

    elsewhere = "" if home == default_home() else f"  export STDCELL_SERVER_HOME={quote(str(home))}\n"
    return (
        f"data      {home.folder}\n"
        f"password  in {home.password_file}, of the user neo4j; stdcell finds it by itself\n"
        f"to use it:\n{elsewhere}  export STDCELL_CATALOG={status.uri}\n"
        "to stop it:\n  stdcell server down"
    )


def _told(home: ServerHome, status: Status | None) -> dict[str, Any]:
    place = {"home": str(home), "size_bytes": home.size_bytes()}
    if status is None:
        return {"running": False, **place}
    since = datetime.fromtimestamp(status.started).astimezone().isoformat(timespec="seconds")
    return {
        "running": True,
        "uri": status.uri,
        "version": status.version,
        "pid": status.pid,
        "since": since,
        "password_file": str(home.password_file),
        **place,
    }


def _megabytes(told: dict[str, Any]) -> str:
    return f"{told['size_bytes'] / 1e6:.1f}"
