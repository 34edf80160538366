"""Reads the explanations that the package ships."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_HEADING = re.compile(r"# ([EW][0-9]{3}): (.+)\n")
_FENCE = re.compile(r"^```(\w+) (wrong|right)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WARNINGS = "Warnings about a model"
_GROUPS = (
    (0, "Reading and syntax"),
    (10, "Names and domains"),
    (20, "The diagram"),
    (30, "Expressions"),
    (40, "Equations"),
    (50, "Renderers, tables and couplings"),
    (60, "Mechanism types"),
    (70, "Queries and assertions"),
    (90, _WARNINGS),
    (100, "Sampling and renderers"),
    (120, "Data"),
    (150, "Recipes"),
    (170, "Compilation, training and runs"),
    (200, "Answers of a trained model"),
    (230, "Evaluation"),
    (250, "Import and export"),
    (260, "Exact answers and sampling"),
    (290, "Answers and their pictures"),
    (300, "Independence and data"),
    (320, "Identification"),
    (330, "Estimands and estimates"),
    (350, "Bounds and witnesses"),
)


@dataclass(frozen=True)
class Snippet:
    """A wrong or a right example.

    Attributes:
        language: ``scm``, or that of a file or a command line (``console``).
        command: what ``scmlang`` is run with, ``FILE`` standing for the text; empty for ``check FILE``, and
            for what is no model file.
        text: ends in a newline.
    """

    language: str
    command: str
    text: str


@dataclass(frozen=True)
class Explanation:
    """The story of one code; ``story`` is paragraphs of Markdown."""

    code: str
    title: str
    story: str
    wrong: Snippet
    right: Snippet


@dataclass(frozen=True)
class Group:
    """Codes that belong together, errors before warnings."""

    title: str
    codes: tuple[str, ...]


@cache
def codes() -> tuple[str, ...]:
    """Every code that has an explanation, sorted."""
    names = (place.name for place in files("scmlang.explanations").iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


def groups() -> tuple[Group, ...]:
    """Every code, by what it is about."""
    found: dict[str, list[str]] = {title: [] for _, title in _GROUPS}
    for code in codes():
        found[_group(code)].append(code)
    return tuple(Group(title, tuple(members)) for title, members in found.items() if members)


def _group(code: str) -> str:
    number = int(code[1:])
    if code.startswith("W") and number < 100:
        return _WARNINGS
    return next(title for start, title in reversed(_GROUPS) if start <= number)


def read(code: str) -> Explanation:
    """The explanation of a code of :func:`codes`.

    Raises:
        KeyError: for a code that has none.
        ValueError: for a file that is not written as this package's docstring says.
    """
    if code not in codes():
        raise KeyError(code)
    return parse(files("scmlang.explanations").joinpath(f"{code}.md").read_text(encoding="utf-8"))


def parse(text: str) -> Explanation:
    """An explanation from its file.

    Raises:
        ValueError: for a text without heading, story, or exactly one wrong and one right block.
    """
    heading = _HEADING.match(text)
    snippets = dict(_snippets(text))
    first = _FENCE.search(text)
    if heading is None or first is None or set(snippets) != {"wrong", "right"} or text.count("```") != 4:
        raise ValueError("an explanation is a heading, prose, a wrong and a right block")
    story = text[heading.end() : first.start()].strip()
    if not story:
        raise ValueError(f"{heading[1]} tells no story")
    return Explanation(heading[1], heading[2], story, snippets["wrong"], snippets["right"])


def _snippets(text: str) -> Iterator[tuple[str, Snippet]]:
    for match in _FENCE.finditer(text):
        yield match[2], Snippet(match[1], match[3] or "", match[4])
