"""Values of a variable as text and back, exactly.

A finite variable is written by level: its name where levels are named (``green``), else its number.
Read, a level may also be given by number (``1`` for the second named level), and ``true`` and
``false`` in any case stand for the levels of ``binary``. A real number is written as the shortest
decimal that reads back as the same float64.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scmlang.semantics.domains import Domain, Finite

_INTEGER = re.compile(r"-?[0-9]+")
_BOOLEANS = {"false": 0, "true": 1}


@dataclass(frozen=True)
class Unreadable:
    """A cell that holds no value of the domain."""

    row: int
    code: str
    message: str


def parse_column(
    name: str, texts: Sequence[str], domain: Domain
) -> tuple[NDArray[np.generic], list[Unreadable]]:
    """The numeric values of a column: int64[n] for a finite domain, float64[n] for a real one.

    Where a cell is unreadable the value is 0, and the second result says why, by row.
    """
    values: dict[str, float] = {}
    reasons: dict[str, tuple[str, str]] = {}
    for text in set(texts):
        value = parse_value(text, domain)
        values[text] = 0 if value is None else value
        if value is None:
            reasons[text] = _reason(name, text, domain)
    dtype = np.int64 if isinstance(domain, Finite) else np.float64
    column: NDArray[np.generic] = np.array([values[text] for text in texts], dtype)
    if not reasons:
        return column, []
    return column, [Unreadable(i, *reasons[text]) for i, text in enumerate(texts) if text in reasons]


def parse_value(text: str, domain: Domain) -> float | None:
    """The numeric value that a text denotes in a finite or real domain, or None."""
    text = text.strip()
    if not isinstance(domain, Finite):
        return parse_real(text)
    if text in domain.names:
        return domain.names.index(text)
    if domain.form == "binary" and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    return domain.value(int(text)) if _INTEGER.fullmatch(text) and len(text) < 20 else None


def parse_real(text: str) -> float | None:
    """A finite decimal number; None for anything else (``nan``, ``1_000``)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in text else None


def format_column(values: NDArray[np.generic], domain: Domain | None = None) -> list[str]:
    """A column as text; without a domain every number by its value."""
    if isinstance(domain, Finite) and domain.names:
        return [domain.names[value] for value in values.tolist()]
    return [repr(value) for value in values.tolist()]


def parse_numbers(texts: Iterable[str]) -> NDArray[np.generic]:
    """What :func:`format_column` wrote without a domain: int64 if all are integers, else float64.

    Raises:
        ValueError: for a text that is no number.
    """
    texts = list(texts)
    if all(_INTEGER.fullmatch(text) for text in texts):
        return np.array([int(text) for text in texts], np.int64)
    return np.array([float(text) for text in texts], np.float64)


def _reason(name: str, text: str, domain: Domain) -> tuple[str, str]:
    if not text.strip():
        return "E124", f"`{name}` has no value here"
    if isinstance(domain, Finite):
        return "E125", f"`{text}` is no level of `{name}`, whose domain is {domain}"
    return "E126", f"`{text}` is no finite number, and `{name}` is {domain}"
