"""The server that the tests of the protocol share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lsp.client import Client


@pytest.fixture(scope="package")
def client() -> Iterator[Client]:
    client = Client()
    yield client
    assert client.end() == 0
    assert b"Traceback" not in b"".join(client.errors)
