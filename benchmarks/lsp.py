"""How long an editor waits for the faults of what was just typed.

Run with `python benchmarks/lsp.py [N_LINES]`; it takes seconds. It starts the real server, opens a generated program of
200 lines that imports, declares types and promises, and makes 30 edits, each after the answer to the one before. Every
second edit misspells a name. A row gives the time from sending the changed text to receiving its faults.
"""

from __future__ import annotations

import asyncio
import sys
from statistics import median
from time import perf_counter

from lsprotocol import types
from pygls.lsp.client import LanguageClient

COMMAND = (sys.executable, "-c", "from stdcell.app.cli import main; main()", "lsp")
URI = "file:///benchmark.cell"
N_EDITS = 30
HEAD = """use program "stdcell/sort" (sort);
type Digit = int 0..9;

"""
FUNCTION = """# How many elements before each position are smaller, at least {number}.
def count_{number}(keys: seq[Digit], least: int 0..20) -> seq[int]
    requires distinct(keys)
    ensures result >= least
{{
    smaller = select(keys, keys, <) and select(indices, indices, <);
    width = selector_width(smaller) + {number};
    bounded = max(width, least);
    return bounded if keys != {number} else least + {number};
}}

"""
TAIL = "main(xs: seq[Digit]) = count_1(sort(xs), 3);\n"


def program(n_lines: int) -> str:
    """A program of that many lines and no fault."""
    n_functions = (n_lines - HEAD.count("\n") - 1) // FUNCTION.count("\n")
    text = HEAD + "".join(FUNCTION.format(number=number + 1) for number in range(n_functions))
    return text + "\n" * (n_lines - text.count("\n") - 1) + TAIL


class Waiting(LanguageClient):
    """A client that waits for the faults of one version of one document."""

    def __init__(self) -> None:
        super().__init__("benchmark", "1")
        self.told: dict[int | None, asyncio.Future[int]] = {}
        self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.hear(params))

    def hear(self, params: types.PublishDiagnosticsParams) -> None:
        """Note how many faults a version has."""
        if params.version in self.told:
            self.told[params.version].set_result(len(params.diagnostics))

    async def edit(self, version: int, text: str) -> tuple[float, int]:
        """Send a text; the milliseconds until its faults came, and their number."""
        self.told[version] = asyncio.get_running_loop().create_future()
        document = types.VersionedTextDocumentIdentifier(version, URI)
        change = types.TextDocumentContentChangeWholeDocument(text)
        start = perf_counter()
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        n_faults = await self.told[version]
        return 1000 * (perf_counter() - start), n_faults


async def measure(n_lines: int) -> dict[str, list[float]]:
    """The times of all edits in milliseconds, by whether the text has a fault."""
    client, text = Waiting(), program(n_lines)
    await client.start_io(*COMMAND)
    await client.initialize_async(types.InitializeParams(types.ClientCapabilities()))
    client.initialized(types.InitializedParams())
    document = types.TextDocumentItem(URI, "cell", 0, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    await client.edit(1, text)
    times: dict[str, list[float]] = {"no fault": [], "a fault": []}
    for number in range(N_EDITS):
        is_faulty = number % 2 == 1
        edited = text.replace("max(width", f"max({number} + {'widht' if is_faulty else 'width'}", 1)
        milliseconds, n_faults = await client.edit(2 + number, edited)
        assert bool(n_faults) == is_faulty, "the generated program is not what it should be"
        times["a fault" if is_faulty else "no fault"].append(milliseconds)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]
    return times


def main() -> None:
    """Print the table."""
    n_lines = int(sys.argv[1]) if sys.argv[1:] else 200
    times = asyncio.run(measure(n_lines))
    times["all"] = [milliseconds for found in times.values() for milliseconds in found]
    print(f"{'edit leaves':<12}{'lines':>6}{'edits':>6}{'median ms':>11}{'worst ms':>10}")
    for name, found in times.items():
        print(f"{name:<12}{n_lines:>6}{len(found):>6}{median(found):>11.1f}{max(found):>10.1f}")


if __name__ == "__main__":
    main()
