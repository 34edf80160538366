"""Finding a format by its name or by a file's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.exchange import READERS, SUFFIXES, WRITERS, Reader, Writer
from scmlang.exchange.text import parse_domain
from scmlang.semantics.domains import Domain
from scmlang.semantics.errors import listing, suggestion


def guess(path: Path | None, named: str | None, option: str) -> str:
    """The format that was named, else the one that the file's suffix stands for.

    Raises:
        ScmError: E250 where neither says one.
    """
    if named is not None:
        return "ir" if named == "scm" else named
    suffix = path.suffix.lower() if path is not None else ""
    if suffix not in SUFFIXES:
        place = f"the name `{path}`" if path is not None else "nothing"
        helps = (f"name it with `{option}`", *listing(_called(set(SUFFIXES.values()))))
        raise ScmError([Diagnostic("E250", f"{place} says which format is meant", helps=helps)])
    return SUFFIXES[suffix]


def reader(format: str) -> Reader:
    """The reader of a format.

    Raises:
        ScmError: E250.
    """
    if format not in READERS:
        raise ScmError([_unknown(format, "read", READERS)])
    return READERS[format]


def writer(format: str) -> Writer:
    """The writer of a format.

    Raises:
        ScmError: E250.
    """
    if format not in WRITERS:
        raise ScmError([_unknown(format, "written", WRITERS)])
    return WRITERS[format]


def _unknown(format: str, done: str, known: Iterable[str]) -> Diagnostic:
    known = _called(known)
    helps = suggestion(format, known) or listing(known)
    return Diagnostic("E250", f"no format `{format}` is {done}", helps=helps)


def _called(formats: Iterable[str]) -> list[str]:
    """The names that people know formats by: the canonical form is a file of the language."""
    return sorted("scm" if format == "ir" else format for format in formats)


def read_default(text: str | None) -> Domain | None:
    """The domain of ``--domain``.

    Raises:
        ScmError: E250 where it is none.
    """
    if text is None:
        return None
    domain = parse_domain(text)
    if domain is None:
        helps = ("write it as in a model: `binary`, `0..9`, `{low, high}`, `real`",)
        raise ScmError([Diagnostic("E250", f"`{text}` is no domain", helps=helps)])
    return domain
