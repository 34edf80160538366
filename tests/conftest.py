"""What all tests share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing guards against power failures, which tests do not have, and waits for everyone's writes."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
