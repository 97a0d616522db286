"""An editor without a screen: it starts the real server and speaks the protocol with it, word by word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

__all__ = ["Editor", "Refused"]

COMMAND = (sys.executable, "-c", "from stdcell.app.cli import main; main()", "lsp")
PATIENCE_S = 90.0  # of a busy machine: an answer takes a fraction of a second

Message = dict[str, Any]


class Refused(Exception):
    """The server answered a request with an error, which is `error`."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.error = error


class Editor:
    """One server for the workspace `folder`, `stdcell lsp` with the command line's `words`.

    Places in documents are found by the text that stands there, and counted in UTF-16 units.
    """

    def __init__(self, folder: Path, *words: str, capabilities: Message | None = None) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.told: list[Message] = []
        self._received: Queue[Message] = Queue()
        self._errors = (folder / "server.log").open("wb")
        environment = {name: value for name, value in os.environ.items() if name != "STDCELL_CATALOG"}
        self._process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder,
            env=environment,
        )
        Thread(target=self._listen, daemon=True).start()
        setup = {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": capabilities or {}}
        self.server: Message = self.request("initialize", setup)
        self.notify("initialized", {})

    def close(self) -> int:
        """Say goodbye; the server's exit code."""
        self.request("shutdown", None)
        self.notify("exit", None)
        code = self._process.wait(PATIENCE_S)
        self._errors.close()
        return code

    @property
    def log(self) -> str:
        """What the server has written to stderr."""
        return (self.folder / "server.log").read_text()

    @property
    def published(self) -> list[Message]:
        """What the server has said of documents so far."""
        return [told for told in self.told if _is_published(told)]

    @property
    def messages(self) -> list[str]:
        """What the server has shown to the user beside its answers."""
        return [told["params"]["message"] for told in self.told if told["method"] == "window/showMessage"]

    def send(self, body: bytes) -> None:
        """Send one message as it is."""
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def notify(self, method: str, params: object) -> None:
        """Tell the server something."""
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    def request(self, method: str, params: object) -> Any:
        """The result of a request; Refused if it is answered with an error."""
        self.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}).encode())
        answer = self._next(lambda message: message.get("id") == method and "method" not in message)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def open(self, name: str, text: str, language: str = "cell") -> str:
        """Open a document that need not be on the disk; its URI."""
        uri = (self.folder / name).as_uri()
        self.texts[uri], self.versions[uri] = text, 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace a document's text."""
        self.texts[uri] = text
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def shut(self, uri: str) -> None:
        """Close a document."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def diagnostics(self, uri: str) -> list[Any]:
        """What the server says of the newest text of a document, once it has."""
        version = self.versions[uri]

        def is_newest(message: Message) -> bool:
            return bool(message["params"]["uri"] == uri and message["params"].get("version") == version)

        told = next((message for message in self.published if is_newest(message)), None)
        told = told or self._next(lambda message: _is_published(message) and is_newest(message))
        found: list[Any] = told["params"]["diagnostics"]
        return found

    def next_published(self, uri: str) -> list[Any]:
        """What the server says next of a file, open or not."""
        told = self._next(lambda message: _is_published(message) and message["params"]["uri"] == uri)
        found: list[Any] = told["params"]["diagnostics"]
        return found

    def at(self, uri: str, text: str, *, behind: bool = False) -> Message:
        """The parameters of a request at the first place where `text` stands, or right behind it."""
        offset = self.texts[uri].index(text) + (len(text) if behind else 0)
        *lines, last = self.texts[uri][:offset].split("\n")
        character = len(last.encode("utf-16-le", "surrogatepass")) // 2
        return {"textDocument": {"uri": uri}, "position": {"line": len(lines), "character": character}}

    def _next(self, is_wanted: Callable[[Message], bool]) -> Message:
        try:
            while True:
                message = self._received.get(timeout=PATIENCE_S)
                if "method" in message:
                    self.told.append(message)
                if is_wanted(message):
                    return message
        except Empty:
            raise TimeoutError(f"the server did not answer; it wrote:\n{self.log}") from None

    def _listen(self) -> None:
        output = self._process.stdout
        assert output
        while header := output.readline():
            length = int(header.partition(b":")[2])
            while output.readline().strip():
                pass
            self._received.put(json.loads(output.read(length)))


def _is_published(message: Message) -> bool:
    return message.get("method") == "textDocument/publishDiagnostics"
