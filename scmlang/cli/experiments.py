"""``--given-experiments``: what an experiment held, and the table of what was seen in it."""

from __future__ import annotations

from pathlib import Path


def split_experiment(text: str) -> tuple[str, Path | None]:
    """``do(Z, W)``, and the path behind ``=`` where there is one."""
    words, closed, path = text.partition(")")
    file = path.strip().removeprefix("=").strip()
    return words + closed, Path(file) if file else None
