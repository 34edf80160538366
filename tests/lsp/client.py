"""A small client of the language server: a process, and JSON-RPC over its pipes, with nothing of pygls."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

COMMAND = (sys.executable, "-m", "scmlang", "lsp")
PATIENCE = 30  # seconds before a test gives up; nothing here is timed


class Failed(Exception):
    """An error that the server answered with."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.message: str = error["message"]


def read(stream: IO[bytes]) -> Any:
    """The next message of a stream, None at its end."""
    length = 0
    while (line := stream.readline().strip()) or not length:
        if not line and not length and not stream.peek(1):  # type: ignore[attr-defined]
            return None
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(stream.read(length))


class Client:
    """One server and the conversation with it.

    Args:
        command: what starts it.
        capabilities: what the client can, besides what the tests need.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND, **capabilities: Any) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        self.errors: list[bytes] = []
        self.notes: list[dict[str, Any]] = []
        self.patient = False  # whether to wait on after an error that the server shows
        self._messages: Queue[Any] = Queue()
        self._count = 0
        self._threads = [Thread(target=self._listen, daemon=True), Thread(target=self._drain, daemon=True)]
        for thread in self._threads:
            thread.start()
        shown = {"publishDiagnostics": {"relatedInformation": True}}
        wanted = {"textDocument": shown, **capabilities}
        params = {"processId": None, "rootUri": None, "capabilities": wanted}
        self.capabilities = self.request("initialize", params)["capabilities"]
        self.notify("initialized", {})

    def _listen(self) -> None:
        assert self.process.stdout
        while (message := read(self.process.stdout)) is not None:
            self._messages.put(message)
        self._messages.put(None)

    def _drain(self) -> None:
        assert self.process.stderr
        self.errors.extend(self.process.stderr)

    # --- messages

    def send(self, body: bytes) -> None:
        """Any bytes at all, under a right header."""
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    def request(self, method: str, params: Any) -> Any:
        """The answer; raises :class:`Failed` for an error."""
        self._count += 1
        asked = {"jsonrpc": "2.0", "id": self._count, "method": method, "params": params}
        self.send(json.dumps(asked).encode())
        answer = self._until(lambda message: message.get("id") == self._count)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def noted(self, method: str, **values: Any) -> dict[str, Any]:
        """The parameters of the next notification of that method with those values."""

        def fits(message: dict[str, Any]) -> bool:
            return message.get("method") == method and values.items() <= message["params"].items()

        found = next((note for note in self.notes if fits(note)), None) or self._until(fits)
        self.notes = [note for note in self.notes if note is not found]
        return found["params"]

    def _until(self, wanted: Any) -> dict[str, Any]:
        while True:
            message = self._messages.get(timeout=PATIENCE)
            if message is None:
                raise EOFError(b"".join(self.errors).decode())
            if wanted(message):
                return message
            if message.get("method") == "window/showMessage" and not self.patient:
                raise AssertionError(message["params"]["message"])
            self.notes.append(message)

    # --- texts

    def open(self, text: str, uri: str = "file:///models/model.scm", version: int = 1) -> Text:
        item = {"uri": uri, "languageId": "scmlang", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return Text(self, uri, version)

    # --- the end

    def end(self) -> int:
        """Shut down, exit, and the exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
        return status


class Text:
    """A text that the client has open."""

    def __init__(self, client: Client, uri: str, version: int) -> None:
        self.client = client
        self.uri = uri
        self.version = version

    @property
    def name(self) -> dict[str, str]:
        return {"uri": self.uri}

    def change(self, text: str) -> None:
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.client.notify("textDocument/didChange", params)

    def close(self) -> None:
        self.client.notify("textDocument/didClose", {"textDocument": self.name})

    def diagnostics(self) -> list[dict[str, Any]]:
        """Those of the present version."""
        method = "textDocument/publishDiagnostics"
        return self.client.noted(method, uri=self.uri, version=self.version)["diagnostics"]

    def ask(self, question: str, line: int, character: int, **more: Any) -> Any:
        position = {"line": line, "character": character}
        params = {"textDocument": self.name, "position": position, **more}
        return self.client.request(f"textDocument/{question}", params)

    def request(self, question: str, **params: Any) -> Any:
        return self.client.request(f"textDocument/{question}", {"textDocument": self.name, **params})


def uri_of(path: Path) -> str:
    return path.absolute().as_uri()
