"""``scmlang lsp``: the command itself."""

from __future__ import annotations

import socket
import subprocess
import sys

from tests.lsp.client import PATIENCE

WITHOUT = """\
import sys
sys.modules["{package}"] = None
sys.argv = ["scmlang", "lsp"]
from scmlang.cli import main
main()
"""


def without(package: str) -> subprocess.CompletedProcess[str]:
    """The command where a package cannot be imported."""
    program = [sys.executable, "-c", WITHOUT.format(package=package)]
    return subprocess.run(program, input="", capture_output=True, text=True, check=False)


def test_without_the_extra_it_says_what_to_install() -> None:
    done = without("pygls")
    assert done.returncode == 1
    assert "error[E198]" in done.stderr
    assert "pip install 'scmlang[lsp]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_another_missing_module_is_a_defect() -> None:
    assert without("scmlang.lsp.rename").returncode == 70


def test_the_questions_need_no_pygls() -> None:
    program = (
        "import sys; sys.modules['pygls'] = sys.modules['lsprotocol'] = None\n"
        "import scmlang.lsp.completion, scmlang.lsp.fixes, scmlang.lsp.outline, scmlang.lsp.rename\n"
        "import scmlang.lsp.style\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_it_speaks_over_a_socket() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "scmlang", "lsp", "--tcp", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        with _connect(server, port) as connection:
            body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
            connection.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            assert connection.recv(1000).startswith(b"Content-Length: ")
    finally:
        server.kill()
        server.communicate(timeout=PATIENCE)


def _connect(server: subprocess.Popen[bytes], port: int) -> socket.socket:
    """A connection, as soon as the server listens."""
    while server.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE)
        except ConnectionRefusedError:
            continue
    raise AssertionError("the server ended")


def test_a_taken_port_is_no_traceback() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "scmlang", "lsp", "--tcp", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
