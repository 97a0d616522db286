"""Where the interactive reader's lines come from: a terminal, or whatever is piped in."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

from ... import __version__
from ...catalog import Catalog
from .commands import obey
from .printer import say
from .reader import Reader

__all__ = ["run_repl"]

Lines = Callable[[Reader], str]
"""Reads what comes next; raises EOFError at the end, KeyboardInterrupt where the line is cancelled."""


def run_repl(dialect: str = "rasp", catalog: Catalog | None = None) -> None:
    """Read items and commands until the end of the input, `exit` or `:quit`.

    Args:
        dialect: `rasp` (the original RASP) or `cell` (strict).
        catalog: where `use` finds cells.
    """
    reader = Reader(dialect, catalog, obey)
    try:
        _loop(reader, _lines(reader))
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads the answers has left; what Python has yet to write goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _loop(reader: Reader, lines: Lines) -> None:
    while True:
        try:
            text = lines(reader)
        except KeyboardInterrupt:
            reader.cancel()
            continue
        except EOFError:
            reader.end()
            return
        if not reader.feed(text):
            return


def _lines(reader: Reader) -> Lines:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        for stream in (sys.stdin, sys.stdout):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        return _piped_line
    from .terminal import Terminal  # prompt_toolkit takes a moment, and who pipes does not wait for it

    example = f'the running example is "{reader.settings.sop_example}"'
    say((f"stdcell {__version__}", "bold"), f", {reader.session.dialect}; {example}; :help lists the commands")
    return Terminal(reader).read


def _piped_line(_reader: Reader) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")
