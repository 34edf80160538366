"""What is said of the name under the cursor, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scmlang.data.renderers import RENDERERS
from scmlang.lsp import words
from scmlang.lsp.definition import definitions
from scmlang.lsp.document import Document
from scmlang.lsp.index import Kind, Occurrence, Symbol, Word
from scmlang.mechanisms import MECHANISMS
from scmlang.semantics.couplings import OPTION as COUPLING
from scmlang.semantics.model import CausalModel, Variable
from scmlang.source import Span
from scmlang.syntax import ast
from scmlang.syntax.lexicon import lexicon

_NAMED = 12  # names of a list before it is cut
_LONGEST = 2000  # characters of a statement before it is cut


@dataclass(frozen=True)
class Hover:
    markdown: str
    span: Span


def hover(document: Document, offset: int) -> Hover | None:
    """What is known of the name at an offset, if there is a name and anything is known."""
    occurrence = document.index.at(offset)
    if occurrence is None:
        return _keyword(document, offset)
    parts = [part for part in _parts(document, occurrence) if part]
    return Hover("\n\n".join(parts), occurrence.span) if parts else None


def _parts(document: Document, occurrence: Occurrence) -> Iterator[str]:
    symbol = occurrence.symbol
    if symbol is None:
        yield _word(occurrence)
    elif symbol.kind is Kind.VARIABLE:
        yield from _variable(document, symbol)
    elif symbol.kind is Kind.LEVEL:
        yield from _level(document, symbol, occurrence)
    else:
        yield f"{symbol.kind.value} `{symbol.name}`"
        yield from _statements(document, symbol)


# --- variables


def _variable(document: Document, symbol: Symbol) -> Iterator[str]:
    variable = document.model.variables.get(symbol.name) if document.model else None
    if document.model and variable:
        yield _title(variable)
        yield "  \n".join(_relations(document.model, variable))
    else:
        yield f"variable `{symbol.name}`"
    yield from _statements(document, symbol)


def _title(variable: Variable) -> str:
    return f"{variable.role.value} variable `{variable.name}` in `{variable.domain}`"


def _relations(model: CausalModel, variable: Variable) -> Iterator[str]:
    name = variable.name
    children = [child for child, parents in model.parents.items() if name in parents]
    pairs = [pair for pair in model.confounded if name in pair]
    others = [b if a == name else a for a, b in pairs]
    for title, names in (
        ("parents", list(model.parents[name])),
        ("children", children),
        ("confounded with", others),
    ):
        if names:
            yield f"{title}: {_listed(names)}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more


def _statements(document: Document, symbol: Symbol) -> Iterator[str]:
    """The statements that declare it, give it its value, or say how it is learned."""
    spans = [
        occurrence.place.statement.span
        for occurrence in document.index.of(symbol)
        if occurrence.place and (occurrence.declares or occurrence.writes)
    ]
    stated = [span for span in dict.fromkeys(spans) if span.end > span.start]
    if stated:
        yield _code("\n".join(_cut(document.written(span)) for span in stated))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _code(text: str) -> str:
    fence = "```"
    while fence in text:  # a comment may hold one
        fence += "`"
    return f"{fence}scmlang\n{text}\n{fence}"


# --- levels


def _level(document: Document, symbol: Symbol, occurrence: Occurrence) -> Iterator[str]:
    lines = []
    for place in (found.place for found in definitions(document, occurrence)):
        statement = place.statement if place else None
        if isinstance(statement, ast.Declaration) and isinstance(statement.domain, ast.NamedDomain):
            names = [name.text for name in statement.names]
            number = [level.text for level in statement.domain.levels].index(symbol.name)
            lines.append(f"level `{symbol.name}` of {_listed(names)}, number {number}")
    yield "  \n".join(lines)


# --- words of the language


def _word(occurrence: Occurrence) -> str:
    name = occurrence.text
    match occurrence.word:
        case Word.DOMAIN:
            return words.meaning(name, words.DOMAINS)
        case Word.FUNCTION:
            return words.meaning(name, words.FUNCTIONS)
        case Word.QUANTITY:
            return words.meaning(name, words.QUANTITIES)
        case Word.DRAW:
            return _draw(name)
        case Word.MECHANISM:
            return words.describe_mechanism(name) if name in MECHANISMS else ""
        case Word.OPTION:
            return _option(occurrence)
    return ""


def _draw(name: str) -> str:
    if name in words.DISTRIBUTIONS:
        return words.DISTRIBUTIONS[name]
    return words.describe_renderer(name) if name in RENDERERS else ""


def _option(occurrence: Occurrence) -> str:
    """An option of a mechanism type, or a parameter of a renderer."""
    place = occurrence.place
    if place is None or not isinstance(place.statement, ast.Mechanism | ast.Draw):
        return ""
    owner = place.statement.call.function.text
    if isinstance(place.statement, ast.Mechanism):
        return words.describe_option(owner, occurrence.text)
    if occurrence.text == COUPLING and owner in words.DISTRIBUTIONS:
        return f"option `{COUPLING}`: {words.COUPLING_MEANING}"
    parameter = RENDERERS[owner].parameters.get(occurrence.text) if owner in RENDERERS else None
    if parameter is None:
        return ""
    return f"parameter `{occurrence.text}` of `{owner}`: {words.parameter_sentence(parameter)}"


def _keyword(document: Document, offset: int) -> Hover | None:
    span = word_at(document.text, offset)
    text = document.written(span)
    known = text in lexicon().words and words.meaning(text, words.KEYWORDS)
    return Hover(f"`{text}`: {known}", span) if known else None


def word_at(text: str, offset: int) -> Span:
    """The letters, digits and underscores around an offset; nothing in a comment."""
    start = end = offset
    while start > 0 and _is_letter(text[start - 1]):
        start -= 1
    while end < len(text) and _is_letter(text[end]):
        end += 1
    line = text.rfind("\n", 0, start) + 1
    return Span(offset, offset) if "#" in text[line:start] else Span(start, end)


def _is_letter(char: str) -> bool:
    return char == "_" or (char.isascii() and char.isalnum())
