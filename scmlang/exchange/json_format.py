"""Our own JSON: the diagram, the domains and the roles, complete.

Schema 1::

    {"schema": 1, "kind": "scmlang.diagram", "name": text,
     "variables": [{"name": text, "role": "observed" | "latent", "domain": text | null}],
     "directed": [[cause, effect]], "bidirected": [[a, b]]}

A domain is written as the language writes it. Keys that the schema does not have are an error.
"""

from __future__ import annotations

import json
from typing import Any

from scmlang.exchange.sketch import Sketch
from scmlang.exchange.text import parse_domain
from scmlang.semantics.domains import Finite, Image, Real
from scmlang.semantics.model import CausalModel, Role, Variable
from scmlang.source import Source, Span

SCHEMA = 1
KIND = "scmlang.diagram"
_KEYS = {"schema", "kind", "name", "variables", "directed", "bidirected"}


def write(model: CausalModel) -> str:
    """The diagram over the endogenous variables, with their domains and roles."""
    variables = [{"name": v.name, "role": v.role.value, "domain": _domain(v)} for v in model.endogenous]
    document = {
        "schema": SCHEMA,
        "kind": KIND,
        "name": model.name,
        "variables": variables,
        "directed": [list(edge) for edge in model.edges],
        "bidirected": [list(edge) for edge in model.confounded],
    }
    return json.dumps(document, indent=2) + "\n"


def _domain(variable: Variable) -> str | None:
    known = isinstance(variable.domain, Finite | Real | Image)
    return str(variable.domain) if known else None


def read(source: Source) -> Sketch:
    """The diagram of a JSON document.

    Raises:
        ScmError: E251 where the text is no JSON or not of the schema, E257 for names that are unknown or
            there twice.
    """
    sketch = Sketch(source)
    document = _document(sketch)
    sketch.name = _text(sketch, document.get("name", ""), "name")
    for i, variable in enumerate(_list(sketch, document, "variables")):
        _variable(sketch, variable, f"variables[{i}]")
    for key, add in (("directed", sketch.arrow), ("bidirected", sketch.link)):
        for i, edge in enumerate(_list(sketch, document, key)):
            add(*_pair(sketch, edge, f"{key}[{i}]"), Span(0, 0))
    return sketch


def _document(sketch: Sketch) -> dict[str, Any]:
    text = sketch.source.text
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        at = min(error.pos, len(text))
        sketch.fail("E251", f"this is no JSON: {error.msg.lower()}", Span(at, min(at + 1, len(text))))
    except (RecursionError, ValueError):
        sketch.fail("E254", f"`{sketch.source.name}` is nested too deep, or has a number that is too long")
    if not isinstance(document, dict) or document.get("kind") != KIND:
        sketch.fail("E251", f"this is no document of the kind `{KIND}`")
    if document.get("schema") != SCHEMA:
        sketch.fail("E251", f"the schema {document.get('schema')!r} is not {SCHEMA}, the one that is read")
    unknown = sorted(set(document) - _KEYS)
    if unknown:
        sketch.fail("E251", f"the schema has no key `{unknown[0]}`")
    return document


def _list(sketch: Sketch, document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    if not isinstance(value, list):
        sketch.fail("E251", f"`{key}` must be a list")
    return value


def _text(sketch: Sketch, value: object, place: str) -> str:
    if not isinstance(value, str):
        sketch.fail("E251", f"`{place}` must be a text")
    return value


def _variable(sketch: Sketch, value: object, place: str) -> None:
    if not isinstance(value, dict) or set(value) != {"name", "role", "domain"}:
        sketch.fail("E251", f"`{place}` must have a name, a role and a domain")
    name = _text(sketch, value["name"], f"{place}.name")
    if name in sketch.nodes:
        sketch.fail("E257", f"the variable `{name}` is there twice")
    node = sketch.node(name, Span(0, 0))
    if value["domain"] is not None:
        node.domain = parse_domain(_text(sketch, value["domain"], f"{place}.domain"))
    if node.domain is None and value["domain"] is not None:
        sketch.fail("E251", f"`{place}.domain` is no domain of the language")
    if value["role"] not in (Role.OBSERVED.value, Role.LATENT.value):
        sketch.fail("E251", f"`{place}.role` must be `observed` or `latent`")
    node.latent = value["role"] == Role.LATENT.value


def _pair(sketch: Sketch, value: object, place: str) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        sketch.fail("E251", f"`{place}` must be a list of two names")
    for name in value:
        if not isinstance(name, str) or name not in sketch.nodes:
            sketch.fail("E257", f"`{place}` names no variable")
    return value[0], value[1]
