"""Domains as written: each becomes a :class:`~scmlang.semantics.domains.Domain`, or a report."""

from __future__ import annotations

from itertools import pairwise

from scmlang.diagnostics.base import Note
from scmlang.limits import LIMITS
from scmlang.semantics.domains import BINARY, Domain, Finite, Image, Real
from scmlang.semantics.errors import Problems, suggestion
from scmlang.source import Span
from scmlang.syntax import ast

_SHAPES = {"binary": 0, "real": 0, "bits": 1, "image": 3}
_USAGE = {
    "binary": "`binary` takes no arguments",
    "real": "`real` takes no arguments",
    "bits": "write `bits(4)`: the number of bits",
    "image": "write `image(3, 28, 28)`: channels, height, width",
}
_ALL = "the domains are `binary`, `real`, `0..9`, `{red, green}`, `bits(4)` and `image(3, 28, 28)`"
_BINARY, _RANGE, _REAL = "write `binary`", "write a range, as in `0..9`", "write `real`"
_LEVELS = "write the levels themselves, as in `{red, green}`"
_ELSEWHERE = {  # what other languages call a domain
    **dict.fromkeys(("bool", "boolean", "bernoulli", "logical", "bit"), _BINARY),
    **dict.fromkeys(("int", "integer", "count", "ordinal", "nat"), _RANGE),
    **dict.fromkeys(("float", "double", "continuous", "numeric", "number", "gaussian", "normal"), _REAL),
    **dict.fromkeys(("str", "string", "categorical", "factor", "enum", "nominal", "discrete"), _LEVELS),
}


def read_domain(node: ast.Domain, problems: Problems) -> Domain | None:
    """The domain that was written, or None and a report: E013, E014, E017 or E018."""
    if isinstance(node, ast.RangeDomain):
        return _range(node, problems)
    if isinstance(node, ast.NamedDomain):
        return _named(node, problems)
    return _word(node, problems)


def _range(node: ast.RangeDomain, problems: Problems) -> Finite | None:
    size = node.high - node.low + 1
    if size < 1:
        problems.add("E013", "this range is empty", node.span, helps=[f"write `{node.high}..{node.low}`"])
        return None
    if size > LIMITS.table_cells:
        message = f"this range has {size} levels, more than {LIMITS.table_cells}"
        problems.add("E018", message, node.span, helps=["use `real` for a quantity"])
        return None
    return Finite("range", size, node.low)


def _named(node: ast.NamedDomain, problems: Problems) -> Finite | None:
    wrong = [level for level in node.levels if not level.text[0].isalpha() or level.text in ("true", "false")]
    if wrong:
        helps = [_instead([level.text for level in node.levels])]
        problems.add("E017", f"`{wrong[0].text}` is not a level name", wrong[0].span, helps=helps)
        return None
    seen: dict[str, Span] = {}
    sound = True
    for level in node.levels:
        if level.text in seen:
            note = Note("first here", seen[level.text])
            helps = ["take one of them away"]
            message = f"the level `{level.text}` is there twice"
            problems.add("E017", message, level.span, notes=[note], helps=helps)
            sound = False
        seen.setdefault(level.text, level.span)
    return Finite("named", len(node.levels), names=tuple(seen)) if sound else None


_DIGITS = 15  # of the integers of the language


def _instead(levels: list[str]) -> str:
    """What to write for levels that are not all names."""
    if set(levels) in ({"true", "false"}, {"0", "1"}):
        return "write `binary`"
    if all(level.isdecimal() and len(level) <= _DIGITS for level in levels):
        numbers = sorted({int(level) for level in levels})
        if all(b - a == 1 for a, b in pairwise(numbers)):
            return f"write the range `{numbers[0]}..{numbers[-1]}`"
    return (
        "a level is a name that starts with a letter, as in `{" + ", ".join(map(_named_level, levels)) + "}`"
    )


def _named_level(level: str) -> str:
    return f"v{level}" if level.isdecimal() else level.capitalize() if level in ("true", "false") else level


def _word(node: ast.WordDomain, problems: Problems) -> Domain | None:
    word, sizes = node.word.text, node.arguments
    if word not in _SHAPES:
        helps = [_ELSEWHERE[word.casefold()]] if word.casefold() in _ELSEWHERE else suggestion(word, _SHAPES)
        problems.add("E014", f"there is no domain `{word}`", node.word.span, helps=helps or [_ALL])
        return None
    if len(sizes) != _SHAPES[word] or any(size < 1 for size in sizes):
        problems.add("E013", f"this is not how `{word}` is written", node.span, helps=[_USAGE[word]])
        return None
    if word == "bits":
        return _bits(node, problems)
    if word == "image":
        return _image(node, problems)
    return BINARY if word == "binary" else Real()


def _bits(node: ast.WordDomain, problems: Problems) -> Finite | None:
    most = LIMITS.table_cells.bit_length() - 1
    if node.arguments[0] > most:
        helps = ["make several variables of it"]
        problems.add("E018", f"a bit vector has at most {most} bits", node.span, helps=helps)
        return None
    return Finite("bits", 1 << node.arguments[0])


def _image(node: ast.WordDomain, problems: Problems) -> Image | None:
    channels, height, width = node.arguments
    if channels not in (1, 3):
        turned = f"write `image({width}, {channels}, {height})`: channels, height, width"
        helps = [turned if width in (1, 3) else _USAGE["image"]]
        problems.add("E013", "an image has 1 channel (grey) or 3 (colour)", node.span, helps=helps)
        return None
    if height * width > LIMITS.image_pixels:
        helps = ["scale the images down"]
        problems.add("E018", f"an image has at most {LIMITS.image_pixels} pixels", node.span, helps=helps)
        return None
    return Image(channels, height, width)
