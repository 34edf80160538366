"""The parts of ``docs/language.md`` that the code knows: grammar, tables of options, bounds.

A block ``lark`` names what it shows: a rule or terminal, or one alternative of a rule as ``rule.alias``. A
region ``<!-- generated: NAME -->`` holds a table. :func:`filled` writes both anew, so that the page says what
the grammar and the code say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields

from scmlang.compiler import Compilation
from scmlang.data.renderers import RENDERERS
from scmlang.limits import LIMITS, Limits
from scmlang.mechanisms import MECHANISMS
from scmlang.semantics.domains import Real
from scmlang.semantics.effects import EFFECTS
from scmlang.semantics.errors import CODES
from scmlang.semantics.quantities import Effect, show_quantity
from scmlang.semantics.signatures import Option, Parameter
from scmlang.syntax.parser import grammar_text

_HEAD = re.compile(r"^[?!]?(\w+)(?:\.\d+)?:", re.MULTILINE)
_QUOTE = re.compile(r"^```lark ([^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)
_REGION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def definitions(grammar: str) -> dict[str, str]:
    """Every rule and terminal of a Lark grammar with its text; what is ignored as ``%ignore``."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in grammar.splitlines():
        if not line.strip() or line.startswith("//"):
            name = ""
            continue
        head = _HEAD.match(line)
        if head:
            name = head[1]
        elif line.startswith("%"):
            name = line.split()[0]
        found.setdefault(name, []).append(line)
    if "" in found:
        raise ValueError(f"this line of the grammar defines nothing: {found[''][0]}")
    return {name: "\n".join(lines) for name, lines in found.items()}


def excerpt(wanted: str, grammar: str) -> str:
    """The text of a rule, or of the alternatives ``rule.alias`` of one.

    Raises:
        KeyError: when the grammar has no such thing.
    """
    name, _, alias = wanted.partition(".")
    text = definitions(grammar)[name]
    if not alias:
        return text
    lines = [_HEAD.sub("", line).strip().removeprefix("| ") for line in text.splitlines()]
    chosen = [line.strip() for line in lines if line.rpartition("-> ")[2] == alias]
    if not chosen:
        raise KeyError(wanted)
    return "\n".join(re.sub(r" +->", "  ->", line) for line in chosen)


def quoted(page: str) -> list[str]:
    """What the ``lark`` blocks of a page name, in order."""
    return [word for block in _QUOTE.finditer(page) for word in block[1].split()]


def filled(page: str) -> str:
    """The page with its ``lark`` blocks and generated regions written anew."""
    grammar = grammar_text()

    def quote(match: re.Match[str]) -> str:
        lines = "\n".join(excerpt(word, grammar) for word in match[1].split())
        return f"```lark {match[1]}\n{lines}\n```"

    def region(match: re.Match[str]) -> str:
        return f"{match[1]}{REGIONS[match[2]]()}\n{match[3]}"

    return _REGION.sub(region, _QUOTE.sub(quote, page))


# --- tables


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def limits() -> str:
    """Every bound that a model text or a query meets."""
    told = dict(re.findall(r"^ {8}(\w+): (.+?)\.$", Limits.__doc__ or "", re.MULTILINE | re.DOTALL))
    missing = {field.name for field in fields(Limits)} - set(told)
    if missing:
        raise ValueError(f"the docstring of Limits does not say what {sorted(missing)} bound")
    rows = (
        (f"`{name}`", f"{getattr(LIMITS, name):,}", " ".join(words.split()))
        for name, words in told.items()
        if not name.startswith("recipe")
    )
    return _table(("name", "at most", "of"), rows)


def mechanisms() -> str:
    """Every built-in mechanism type with its options."""
    types = (MECHANISMS[name] for name in MECHANISMS.names())
    rows = (
        (f"`{kind.name}`", f"`{name}`", _option(option), option.help)
        for kind in types
        for name, option in kind.options.items()
    )
    return _table(("type", "option", "value", "meaning"), rows)


def _option(option: Option) -> str:
    words = {"int": "integer", "ints": "list of integers", "float": "number", "bool": "truth value"}
    bounds = [] if option.low is None else [f"from {option.low:g}"]
    bounds += [] if option.high is None else [f"to {option.high:g}"]
    default = (
        f"[{', '.join(map(str, option.default))}]" if isinstance(option.default, tuple) else option.default
    )
    said = f"; default `{default}`" if option.default else ""  # where it is 0 or empty, the meaning tells
    return " ".join([words.get(option.type, "word"), *bounds]) + said


def renderers() -> str:
    """Every built-in renderer with its parameters."""
    drawn = (RENDERERS[name] for name in RENDERERS.names())
    rows = (
        (f"`{r.name}`", f"`image({', '.join(map(str, r.shape))})`", f"`{name}`", _parameter(parameter))
        for r in drawn
        for name, parameter in r.parameters.items()
    )
    return _table(("renderer", "domain", "parameter", "value"), rows)


def _parameter(parameter: Parameter) -> str:
    if not isinstance(parameter.domain, Real):
        return f"`{parameter.domain}`"
    return f"real, {parameter.low:g} to {parameter.high:g}"


def effects() -> str:
    """The named effects, defined where M is between X and Y."""
    compilation = Compilation.from_text("X -> M -> Y; X -> Y")
    rows = []
    for effect in EFFECTS.values():
        quantity = compilation.query(effect.usage)
        assert isinstance(quantity, Effect)
        definition = show_quantity(quantity.definition, compilation.model.variables)
        rows.append((f"`{effect.usage}`", effect.meaning, f"`{definition}`"))
    return _table(("effect", "is", "defined as"), rows)


def warnings() -> str:
    """What a check warns of."""
    return _table(("code", "warns of"), ((code, title) for code, title in CODES.items() if code[0] == "W"))


REGIONS: dict[str, Callable[[], str]] = {
    "limits": limits,
    "warnings": warnings,
    "mechanisms": mechanisms,
    "renderers": renderers,
    "effects": effects,
}
