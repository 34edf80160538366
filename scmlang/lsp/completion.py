"""What may be typed next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scmlang.data.renderers import RENDERERS
from scmlang.lsp import words
from scmlang.lsp.context import Context, context, is_name
from scmlang.lsp.document import Document
from scmlang.lsp.hover import word_at
from scmlang.lsp.index import Kind, Symbol
from scmlang.lsp.levels import levels_of, table_levels
from scmlang.mechanisms import MECHANISMS
from scmlang.semantics.couplings import OPTION as COUPLING
from scmlang.semantics.draws import USAGE
from scmlang.semantics.model import Coupling
from scmlang.syntax.lexicon import lexicon

ItemKind = Literal["keyword", "variable", "constant", "level", "type", "function", "option"]
_COMPARISONS = frozenset(("==", "!=", "=", "<", "<=", ">", ">="))
_ARROWS = frozenset(("->", "<-", "<->"))


@dataclass(frozen=True)
class Item:
    """One proposal.

    Attributes:
        label: what is shown and typed.
        kind: what it is.
        detail: one line about it.
        typed: what is typed where that is more than the label.
    """

    label: str
    kind: ItemKind
    detail: str = ""
    typed: str = ""


def complete(document: Document, offset: int) -> tuple[Item, ...]:
    """The proposals at an offset, likely ones first, each once; an editor filters them by what is typed."""
    span = word_at(document.text, offset)
    if document.text[span.start : span.start + 1].isdigit() and span.start < offset:
        return ()
    ctx = context(document.text, offset)
    if ctx.comment:
        return ()
    found: dict[str, Item] = {}
    for item in _STATEMENTS.get(ctx.tokens[0] if ctx.tokens else "", _other)(document, ctx):
        found.setdefault(item.label, item)
    return tuple(found.values())


# --- by the word that begins the statement


def _nothing(document: Document, ctx: Context) -> Iterator[Item]:
    return iter(())


def _start(document: Document, ctx: Context) -> Iterator[Item]:
    yield from _keywords(lexicon().statements)
    yield from _variables(document)


def _latent(document: Document, ctx: Context) -> Iterator[Item]:
    if ctx.last == ":":
        yield from _described("type", words.DOMAINS)


def _exogenous(document: Document, ctx: Context) -> Iterator[Item]:
    if ctx.open:
        yield from _expression(document, ctx)
    elif ctx.last == "~":
        yield from _described("function", USAGE)


def _let(document: Document, ctx: Context) -> Iterator[Item]:
    if "=" in ctx.tokens:
        yield from _expression(document, ctx)


def _mechanism(document: Document, ctx: Context) -> Iterator[Item]:
    if ctx.open:
        yield from _options(ctx)
    elif ctx.last == ":":
        yield from (Item(name, "type", "mechanism type") for name in MECHANISMS.names())
    elif ctx.last in ("mechanism", ","):
        yield from _variables(document)


def _monotone(document: Document, ctx: Context) -> Iterator[Item]:
    if ctx.last in _ARROWS or ctx.last in ("monotone", "{", ","):
        yield from _variables(document)


def _options(ctx: Context) -> Iterator[Item]:
    options = MECHANISMS[ctx.function].options if ctx.function in MECHANISMS else {}
    if ctx.last in ("(", ","):
        for name in options:
            if name not in ctx.inside:
                yield Item(name, "option", words.sentence(options[name]), f"{name}=")
    elif ctx.last == "=" and len(ctx.inside) > 1 and (option := options.get(ctx.inside[-2])):
        choices = option.choices or (lexicon().constants if option.type == "bool" else ())
        yield from (Item(choice, "option", option.help) for choice in choices)


def _query(document: Document, ctx: Context) -> Iterator[Item]:
    named = ctx.tokens[0] != "query" or "=" in ctx.tokens
    if not named:
        return
    yield from _levels(document, ctx)
    if ctx.last in _COMPARISONS and ctx.open and levels_of(document, _compared(ctx)):
        return
    if ctx.function == "do" or ctx.bracket == "[":
        yield from _variables(document)
        return
    yield from _variables(document)
    yield from _described("function", words.QUANTITIES)
    yield from _keywords(("do", "not", "within"))


# --- equations, draws, arrows, declarations


def _other(document: Document, ctx: Context) -> Iterator[Item]:
    if not ctx.tokens:
        yield from _start(document, ctx)
    elif ":=" in ctx.tokens:
        yield from _expression(document, ctx)
    elif "~" in ctx.tokens:
        yield from _draw(document, ctx)
    elif ctx.last == ":" and not ctx.open:
        yield from _described("type", words.DOMAINS)
    elif ctx.last in _ARROWS or ctx.last in ("{", ","):
        yield from _variables(document)


def _draw(document: Document, ctx: Context) -> Iterator[Item]:
    if not ctx.open:
        if ctx.last == "~":
            yield from _described("function", words.DISTRIBUTIONS)
            yield from (Item(name, "function", "renderer") for name in RENDERERS.names())
    elif ctx.tokens[ctx.open[0]] == "{":
        yield from (Item(level, "level") for level in table_levels(document, ctx))
    elif ctx.inside[-2:] == (COUPLING, "="):
        yield from (Item(coupling.value, "option", words.COUPLING_MEANING) for coupling in Coupling)
    elif ctx.function == "table":
        yield from _variables(document, exogenous=True)
    elif ctx.function in RENDERERS and ctx.last in ("(", ","):
        parameters = RENDERERS[ctx.function].parameters
        for name in parameters:
            if name not in ctx.inside:
                yield Item(name, "option", words.parameter_sentence(parameters[name]), f"{name}=")
    else:
        yield from _expression(document, ctx)
        if ctx.function in USAGE and ctx.last == ",":
            yield Item(COUPLING, "option", words.COUPLING_MEANING, f"{COUPLING}=")


def _expression(document: Document, ctx: Context) -> Iterator[Item]:
    yield from _levels(document, ctx)
    yield from _variables(document, exogenous=True)
    for symbol in document.index.symbols(Kind.CONSTANT, Kind.LEVEL):
        yield Item(symbol.name, "level" if symbol.kind is Kind.LEVEL else "constant", symbol.kind.value)
    yield from _described("function", words.FUNCTIONS)
    yield from _keywords((*lexicon().operators, *lexicon().constants, "if", "then", "else"))


# --- proposals


def _levels(document: Document, ctx: Context) -> Iterator[Item]:
    """The levels of the variable that is compared or set; right of `:=`, those of the variable itself."""
    name = _compared(ctx) if ctx.last in _COMPARISONS else ""
    if not name and ":=" in ctx.tokens and ctx.last not in _COMPARISONS:
        name = ctx.tokens[0]
    for level in levels_of(document, name):
        yield Item(level, "level", f"level of {name}")


def _compared(ctx: Context) -> str:
    """The variable before a comparison: `C ==`, `C[X=1] =`."""
    tokens = list(ctx.tokens[:-1])
    if tokens and tokens[-1] == "]":
        depth = 0
        while tokens:
            token = tokens.pop()
            depth += (token == "]") - (token == "[")
            if depth == 0:
                break
    return tokens[-1] if tokens and is_name(tokens[-1]) else ""


def _variables(document: Document, *, exogenous: bool = False) -> Iterator[Item]:
    for symbol in document.index.symbols(Kind.VARIABLE):
        domain = _domain(document, symbol)
        if exogenous or domain != "exogenous":
            yield Item(symbol.name, "variable", domain)


def _domain(document: Document, symbol: Symbol) -> str:
    declaration = document.declaration(symbol.name)
    if declaration is not None:
        written = document.written(declaration.domain.span) if declaration.domain else "unknown"
        return f"latent, {written}" if declaration.latent else written
    places = [o.place for o in document.index.declarations(symbol) if o.place]
    return "exogenous" if any(type(p.owner).__name__ == "Exogenous" for p in places) else "variable"


def _keywords(names: Iterable[str]) -> Iterator[Item]:
    return (Item(name, "keyword", words.meaning(name, words.KEYWORDS)) for name in names)


def _described(kind: ItemKind, table: Mapping[str, str]) -> Iterator[Item]:
    return (Item(name, kind, detail) for name, detail in table.items())


_STATEMENTS: Mapping[str, Callable[[Document, Context], Iterator[Item]]] = {
    "model": _nothing,
    "latent": _latent,
    "exogenous": _exogenous,
    "let": _let,
    "mechanism": _mechanism,
    "monotone": _monotone,
    "query": _query,
    "assert": _query,
}
