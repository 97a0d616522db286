"""The interactive reader as a process: behind a pipe, and at a terminal."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from stdcell.app.cli import main; main()", "repl"]
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_WHERE_IS_THE_CURSOR = b"\x1b[6n"


def test_piped_lines_are_answered_without_prompts(tmp_path: Path) -> None:
    (tmp_path / "parts.rasp").write_text("n = 2;\n", encoding="utf-8")
    text = 'load "parts";\nindices * n;\nnosuch;\nn;\nquit\nn;\n'
    done = subprocess.run(COMMAND, input=text, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "     value: n = 2",
        "     s-op: out",
        '         Example: out("hello") = [0, 2, 4, 6, 8] (ints)',
        "<repl>:1:1: unknown name 'nosuch'",
        "nosuch;",
        "^^^^^^",
        "     value: n = 2",
    ]


def test_bytes_that_are_no_text_do_not_end_the_reader(tmp_path: Path) -> None:
    done = subprocess.run(COMMAND, input=b'"\xff";\n3;\n', capture_output=True, cwd=tmp_path, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().endswith("     value: out = 3\n")


class Terminal:
    """A terminal that the reader runs at."""

    def __init__(self, process: int, keys: int) -> None:
        self._process = process
        self._keys = keys
        self._shown = b""

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._keys, text.encode())

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read what is shown until the text is among it; what stands before it is read no more."""
        end = time.monotonic() + seconds
        while text not in _CONTROLS.sub("", self._shown.decode(errors="replace")):
            assert time.monotonic() < end, f"{text!r} is not in {self._shown!r}"
            if select.select([self._keys], [], [], 0.2)[0]:
                self._read()
        self._shown = b""

    def _read(self) -> None:
        some = os.read(self._keys, 65536)
        self._shown += some
        if _WHERE_IS_THE_CURSOR in some:
            os.write(self._keys, b"\x1b[1;1R")

    def end(self) -> int:
        """The exit code of the reader."""
        while True:
            try:
                if not os.read(self._keys, 65536):
                    break
            except OSError:  # the reader has closed its end
                break
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    pty = pytest.importorskip("pty")
    environment = {**os.environ, "TERM": "xterm", "XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "100"}
    process, keys = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execve(COMMAND[0], COMMAND, environment)
    yield Terminal(process, keys)
    os.close(keys)


def test_a_terminal_prompts_for_more_cancels_and_remembers(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for(">>")
    terminal.type("indices +\r")
    terminal.wait_for("..")
    terminal.type("1;\r")
    terminal.wait_for('out("hello") = [1, 2, 3, 4, 5] (ints)')
    terminal.wait_for(">>")
    terminal.type("nosuch +")
    terminal.wait_for("nosuch")
    terminal.type("\x03")
    terminal.wait_for(">>")
    terminal.type('"kept";\r')
    terminal.wait_for('value: out = "kept"')
    terminal.wait_for(">>")
    terminal.type("\x04")
    assert terminal.end() == 0
    assert "indices +" in (tmp_path / "state" / "stdcell" / "history").read_text(encoding="utf-8")
