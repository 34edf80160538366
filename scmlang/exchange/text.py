"""A sketch as text of the language.

Guarantees: the diagram has no cycle, every name is a name of the language, and every change is a warning.
A file that names no domain becomes a bare diagram. Where it names some, the others are taken as binary,
which is a warning too. What a model has no place for stands in comments at the top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from scmlang.diagnostics.base import ScmError
from scmlang.exchange.rename import is_name, readable, rename
from scmlang.exchange.sketch import Rows, Sketch
from scmlang.semantics.domain_syntax import read_domain
from scmlang.semantics.domains import BINARY, Domain, Finite
from scmlang.semantics.errors import Problems
from scmlang.source import Source
from scmlang.syntax import ast
from scmlang.syntax.parser import parse


def parse_domain(text: str) -> Domain | None:
    """A domain as the language writes it, such as ``{red, green}``; None when it is none."""
    source = Source("<domain>", f"V: {text}")
    problems = Problems(source)
    try:
        statements = parse(source).statements
        if len(statements) != 1 or not isinstance(statements[0], ast.Declaration):
            return None
        written = statements[0].domain
        return None if written is None else read_domain(written, problems)
    except ScmError:
        return None


def to_text(sketch: Sketch, default: Domain | None = None) -> str:
    """The text of a sketch; the sketch's ``warnings`` grow by what was changed or assumed.

    Args:
        sketch: what a reader found.
        default: the domain of variables that have none.

    Raises:
        ScmError: E253 for a cycle, E251 for a file without variables.
    """
    if not sketch.nodes:
        sketch.fail("E251", f"`{sketch.source.name}` has no variables")
    sketch.require_acyclic()
    names = _names(sketch)
    arrows = [f"{names[a]} -> {names[b]}" for a, b in sketch.edges]
    arrows += [f"{names[a]} <-> {names[b]}" for a, b in sketch.confounded]
    model = f"model {readable(sketch.name or PurePath(sketch.source.name).stem, 'model_')}"
    if default is None and all(node.domain is None for node in sketch.nodes.values()):
        blocks = [heading(sketch), [model], list(_bare(sketch, names)), arrows]
        return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
    domains = _domains(sketch, default)
    domains = {name: _levels(sketch, name, domain, names) for name, domain in domains.items()}
    blocks = [
        heading(sketch),
        [model],
        [f"{'latent ' * node.latent}{names[n]}: {domains[n]}" for n, node in sketch.nodes.items()],
        arrows,
        [line for n, rows in sketch.tables.items() for line in _table(n, rows, names, domains)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def heading(sketch: Sketch) -> list[str]:
    """The comments that its text begins with."""
    names = rename(sketch.nodes)
    return [note.comment(names) for note in sketch.notes]


def _bare(sketch: Sketch, names: dict[str, str]) -> Iterator[str]:
    """Declarations without domains: every latent variable, and the set of the others."""
    yield from (f"latent {names[n]}" for n, node in sketch.nodes.items() if node.latent)
    shown = [names[n] for n, node in sketch.nodes.items() if not node.latent]
    if shown:
        yield f"{{{', '.join(shown)}}}"


def _domains(sketch: Sketch, default: Domain | None) -> dict[str, Domain]:
    without = [name for name, node in sketch.nodes.items() if node.domain is None]
    if without and default is None:
        message = f"{_some(without)} without a domain: taken as binary"
        help_text = "give one with --domain, or edit the text that was written"
        sketch.warn("W252", message, sketch.nodes[without[0]].span, help_text)
    fallback = default or BINARY
    return {name: node.domain or fallback for name, node in sketch.nodes.items()}


def _some(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:5])
    rest = len(names) - 5
    verb = "is" if len(names) == 1 else "are"
    return f"{shown} and {rest} more {verb}" if rest > 0 else f"{shown} {verb}"


def _names(sketch: Sketch) -> dict[str, str]:
    names = rename(sketch.nodes)
    for name, new in names.items():
        if name != new:
            message = f"`{name}` is no name of the language: renamed to `{new}`"
            sketch.warn("W251", message, sketch.nodes[name].span)
    return names


def _levels(sketch: Sketch, name: str, domain: Domain, names: dict[str, str]) -> Domain:
    """The domain with level names that the language takes and no variable has."""
    if not isinstance(domain, Finite) or not domain.names:
        return domain
    variables = set(names.values())
    if all(is_name(level) and level not in variables for level in domain.names):
        return domain
    levels = rename(domain.names, variables, "level_")
    changed = ", ".join(f"`{old}` to `{new}`" for old, new in levels.items() if old != new)
    sketch.warn("W251", f"levels of `{name}` are renamed: {changed}", sketch.nodes[name].span)
    return replace(domain, names=tuple(levels.values()))


def _table(name: str, rows: Rows, names: dict[str, str], domains: dict[str, Domain]) -> Iterator[str]:
    yield f"{names[name]} ~ table({', '.join(names[parent] for parent in rows.parents)}) {{"
    offsets = [getattr(domains[parent], "offset", 0) for parent in rows.parents]
    for configuration, chances in sorted(rows.chances.items()):
        values = ", ".join(str(i + o) for i, o in zip(configuration, offsets, strict=True))
        yield f"  ({values}): [{', '.join(map(repr, chances))}]"
    yield "}"
