"""From YAML texts to a validated :class:`~scmlang.train.recipe.Recipe`.

A recipe is assembled from the shipped or written file, the recipes it extends, and the overrides of
the command line, later ones laid upon earlier ones. Each value keeps the place it was written at, so a
mistake is underlined in the very file or override that made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source, Span
from scmlang.train.atomic import reason
from scmlang.train.recipe import Recipe, choices, expectation, groups
from scmlang.train.yaml_source import Entry, Node, Place, Scalar, Table, merge, plain, read_yaml
from scmlang.train.yaml_source import Sequence as YamlSequence

_OVERRIDE = "--set "


def load_recipe(name_or_path: str | Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe by name (``cpu``) or path (``mine.yaml``), apply overrides, validate.

    A name is a shipped recipe's; anything with a suffix or a folder in it is a path. In a recipe,
    ``extends: cpu`` starts from another one (a path is relative to the file that says it). Each
    override is ``group.key=value``, its value read as YAML; the last one of a key counts.

    Raises:
        ScmError: E150 to E160, all problems of the file and of the overrides together.
    """
    tree: Node = _assemble(str(name_or_path), Path(), None, ())
    problems: list[Diagnostic] = []
    for override in overrides:
        try:
            tree = merge(tree, _parse_override(override))
        except ScmError as error:
            problems += error.diagnostics
    tree = _without_empty_groups(tree)
    try:
        recipe = Recipe.model_validate(plain(tree))
    except ValidationError as error:
        problems += [_explain(dict(detail), tree) for detail in error.errors()]
    if problems:
        raise ScmError(problems)
    return recipe.placed(dict(_places(tree, "")))


def recipe_names() -> list[str]:
    """The recipes shipped with scmlang."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _shipped().iterdir())


def _shipped() -> Traversable:
    return files("scmlang.train") / "recipes"


def _assemble(reference: str, folder: Path, place: Place | None, chain: tuple[str, ...]) -> Table:
    """The tree of a recipe laid upon those it extends; ``place`` is where it was referred to."""
    source, identity, folder = _locate(reference, folder, place)
    if identity in chain or len(chain) >= LIMITS.recipe_depth:
        raise ScmError([_circle(reference, place, (*chain, identity))])
    tree = read_yaml(source)
    if not isinstance(tree, Table):
        problem = tree.place.problem(
            "E156", "a recipe is made of groups", "write `train:`, then its keys below"
        )
        raise ScmError([problem])
    entry = tree.entries.get("extends")
    if entry is None:
        return tree
    own = Table(tree.place, {key: value for key, value in tree.entries.items() if key != "extends"})
    if not (isinstance(entry.node, Scalar) and isinstance(entry.node.value, str)):
        problem = entry.node.place.problem("E156", "`extends` must be the name or the path of a recipe")
        raise ScmError([problem])
    base = _assemble(entry.node.value, folder, entry.node.place, (*chain, identity))
    merged = merge(base, own)
    return merged if isinstance(merged, Table) else own


def _circle(reference: str, place: Place | None, chain: tuple[str, ...]) -> Diagnostic:
    names = " -> ".join(Path(identity).name for identity in chain)
    if chain[-1] in chain[:-1]:
        message = f"`{reference}` extends itself: {names}"
    else:
        message = f"recipes may extend each other {LIMITS.recipe_depth} times, not more"
    return _at(place, "E158", message)


def _at(place: Place | None, code: str, message: str, *helps: str) -> Diagnostic:
    return place.problem(code, message, *helps) if place else Diagnostic(code, message, helps=helps)


def _locate(reference: str, folder: Path, place: Place | None) -> tuple[Source, str, Path]:
    """The text a reference stands for, an identity to find circles by, and the folder it lies in."""
    if not Path(reference).suffix and "/" not in reference and "\\" not in reference:
        if reference not in recipe_names():
            raise ScmError([_unknown_name(reference, place)])
        text = (_shipped() / f"{reference}.yaml").read_text(encoding="utf-8")
        return Source(f"{reference}.yaml", text), reference, folder
    path = folder / reference
    try:
        return Source(str(path), _read_text(path)), str(path.resolve()), path.parent
    except (OSError, ValueError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else reason(error)
        message = f"the recipe `{path}` cannot be read: {why}"
        raise ScmError([_at(place, "E150", message)]) from None


def _read_text(path: Path) -> str:
    """At most one byte more than a recipe may have: the rest of a huge file is never read."""
    with path.open("rb") as stream:
        data = stream.read(LIMITS.recipe_bytes + 1)
    if len(data) > LIMITS.recipe_bytes:
        return data.decode("latin-1")  # refused for its size next, whatever its encoding
    return data.decode("utf-8")


def _unknown_name(name: str, place: Place | None) -> Diagnostic:
    known = recipe_names()
    helps = [f"did you mean `{match}`?" for match in get_close_matches(name, known, 1)]
    helps.append(f"shipped recipes: {', '.join(known)}; a file of your own ends in .yaml")
    return _at(place, "E151", f"there is no recipe `{name}`", *helps)


def _parse_override(text: str) -> Table:
    """One ``group.key=value`` as a tree of its own, with its places in ``--set group.key=value``."""
    source = Source("command line", _OVERRIDE + text)
    name, equals, _ = text.partition("=")
    keys = name.split(".")
    if not equals or not all(key.isidentifier() for key in keys) or len(keys) > LIMITS.recipe_depth:
        whole = Place(source, Span(len(_OVERRIDE), len(source.text)))
        raise ScmError([whole.problem("E159", "an override is `group.key=value`", "--set train.steps=2000")])
    offset = len(_OVERRIDE) + len(name) + 1
    value = read_yaml(source, offset)
    if isinstance(value, Table) and value.place.span.start == value.place.span.end:
        value = Scalar(Place(source, Span(len(_OVERRIDE), offset)), None)
    node: Node = value
    for i in reversed(range(len(keys))):
        start = len(_OVERRIDE) + sum(len(key) + 1 for key in keys[:i])
        place = Place(source, Span(start, start + len(keys[i])))
        node = Table(Place(source, Span(start, node.place.span.end)), {keys[i]: Entry(place, node)})
    return node if isinstance(node, Table) else Table(node.place, {})


def _without_empty_groups(tree: Node) -> Node:
    """A group whose keys are all commented out reads as null; it says nothing, so it is left out."""
    if not isinstance(tree, Table):
        return tree
    empty = {k for k, e in tree.entries.items() if isinstance(e.node, Scalar) and e.node.value is None}
    return Table(tree.place, {k: e for k, e in tree.entries.items() if k not in empty or k not in groups()})


def _places(node: Node, prefix: str) -> Iterator[tuple[str, Place]]:
    if isinstance(node, Table):
        for key, entry in node.entries.items():
            yield from _places(entry.node, f"{prefix}.{key}" if prefix else key)
    else:
        yield prefix, node.place


def _explain(detail: dict[str, Any], tree: Node) -> Diagnostic:
    """One complaint of pydantic's as a diagnostic at the value, or the key, that caused it."""
    path, kind = tuple(detail["loc"]), str(detail["type"])
    if kind == "mismatch":
        places = [_find(tree, (*path, key)) for key in detail["ctx"]["keys"].split()]
        return _at(next(filter(None, places), None), "E160", str(detail["msg"]))
    entry_place, name = _find(tree, path), ".".join(str(part) for part in path)
    if kind == "extra_forbidden":
        return _at(_find(tree, path, key=True), "E155", f"a recipe has no key `{name}`", *_key_helps(path))
    info = _field(path)
    if info is None:
        return _at(
            entry_place, "E156", f"`{name}` must be a group of keys", f"write `{name}:`, its keys below"
        )
    helps = [f"did you mean `{m}`?" for m in get_close_matches(str(detail["input"]), choices(info), 1)]
    key = ".".join(str(part) for part in path[:2])
    message = f"`{key}` must be {_article(expectation(info))}"
    code = "E156" if kind.endswith(("_type", "_from_float", "_parsing")) else "E157"
    label = _label(code, detail["input"])
    place = entry_place
    return (
        place.problem(code, message, *helps, label=label)
        if place
        else Diagnostic(code, message, helps=tuple(helps))
    )


def _article(words: str) -> str:
    if " | " in words:
        return f"one of {', '.join(words.split(' | '))}"
    return f"a {words}"


def _label(code: str, value: object) -> str:
    """What stands there instead."""
    if code == "E157":
        return "out of range" if isinstance(value, int | float) else ""
    if isinstance(value, str) and value.lower() in ("yes", "no", "on", "off"):
        return "this is a word: write true or false"
    kinds = {bool: "true or false", int: "a number", float: "a number with a point", str: "a word"}
    kinds |= {tuple: "a list", dict: "a group of keys", type(None): "empty"}
    return f"this is {kinds[type(value)]}"


def _key_helps(path: tuple[Any, ...]) -> list[str]:
    """Near names in the same group, else the group that the key does belong to."""
    known = groups()
    siblings = (
        list(known[path[0]].model_fields) if len(path) > 1 and path[0] in known else [*known, "extends"]
    )
    wrong = str(path[-1])
    if near := get_close_matches(wrong, siblings, 1):
        return [f"did you mean `{near[0]}`?"]
    homes = [f"`{wrong}` belongs to `{name}`" for name, group in known.items() if wrong in group.model_fields]
    return homes or [f"known here: {', '.join(siblings)}"]


def _field(path: tuple[Any, ...]) -> FieldInfo | None:
    group = groups().get(str(path[0])) if path else None
    return group.model_fields.get(str(path[1])) if group and len(path) > 1 else None


def _find(tree: Node, path: tuple[Any, ...], key: bool = False) -> Place | None:
    """The place of the value at a path (or of its key); None where the value is a default."""
    place: Place | None = tree.place
    for part in path:
        if isinstance(tree, Table) and part in tree.entries:
            entry = tree.entries[part]
            tree, place = entry.node, entry.key if key else entry.node.place
        elif isinstance(tree, YamlSequence) and isinstance(part, int) and part < len(tree.items):
            tree = tree.items[part]
            place = tree.place
        else:
            return place if isinstance(tree, Scalar | YamlSequence) else None
    return place
