"""Foreign names as names of the language: readable, deterministic, without collisions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from scmlang.syntax.build import KEYWORDS

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = KEYWORDS | {"do", "true", "false"}
_LONGEST = 100


def is_name(text: str) -> bool:
    """Whether the language takes ``text`` as a name as it stands."""
    return bool(_NAME.fullmatch(text)) and text not in _RESERVED


def readable(text: str, prefix: str = "V") -> str:
    """The nearest name: accents dropped, other characters as ``_``, ``prefix`` before a digit.

    >>> readable("blood pressure"), readable("2nd visit"), readable("if")
    ('blood_pressure', 'V2nd_visit', 'if_')
    """
    if is_name(text):
        return text
    plain = unicodedata.normalize("NFKD", text[: 4 * _LONGEST]).encode("ascii", "ignore").decode("ascii")
    name = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:_LONGEST]
    if not name[:1].isalpha():
        name = prefix + name
    return name + "_" if name in _RESERVED else name


def rename(names: Iterable[str], taken: Iterable[str] = (), prefix: str = "V") -> dict[str, str]:
    """A name of the language for each foreign one; no two are the same, and none is in ``taken``.

    Names that are good already keep theirs, whatever order they come in; the others are numbered from
    2 where their nearest name is taken.
    """
    names = list(dict.fromkeys(names))
    used = set(taken)
    found = {name: name for name in names if is_name(name) and name not in used}
    used.update(found)
    for name in names:
        if name not in found:
            found[name] = _free(readable(name, prefix), used)
            used.add(found[name])
    return {name: found[name] for name in names}


def _free(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
