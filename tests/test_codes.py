"""Diagnostic codes: each is declared once, in one table, and each that is declared is used."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import scmlang

PACKAGE = Path(scmlang.__file__).parent
CODE = re.compile(r"[EW][0-9]{3}")


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def table(tree: ast.Module) -> ast.Dict | None:
    """The value of ``CODES: dict[str, str] = {…}``, where a module has one."""
    for statement in tree.body:
        match statement:
            case ast.AnnAssign(target=ast.Name("CODES"), value=ast.Dict() as value):
                return value
            case ast.Assign(targets=[ast.Name("CODES")], value=ast.Dict() as value):
                return value
    return None


def entries() -> list[tuple[str, str]]:
    """Every code with its title, as often as it is declared."""
    tables = [found for _, tree in trees() if (found := table(tree)) is not None]
    pairs = (pair for found in tables for pair in zip(found.keys, found.values, strict=True))
    return [(ast.literal_eval(code), ast.literal_eval(title)) for code, title in pairs if code is not None]


def titles() -> dict[str, str]:
    return dict(entries())


def declared() -> list[str]:
    return [code for code, _ in entries()]


def used() -> set[str]:
    """Every string that is a code, outside the tables' keys."""
    codes = set()
    for _, tree in trees():
        keys = set(map(id, found.keys)) if (found := table(tree)) else set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
                codes |= {node.value} if CODE.fullmatch(node.value) else set()
    return codes


def test_every_code_is_declared_once() -> None:
    twice = [code for code, count in Counter(declared()).items() if count > 1]
    assert twice == []


def test_every_declared_code_is_a_code() -> None:
    assert [code for code in declared() if not CODE.fullmatch(code)] == []


def test_every_code_used_is_declared() -> None:
    assert sorted(used() - set(declared())) == []


def test_every_declared_code_is_used() -> None:
    assert sorted(set(declared()) - used()) == []


def test_titles_are_phrases() -> None:
    for name, tree in trees():
        for value in found.values if (found := table(tree)) else []:
            title = str(ast.literal_eval(value))
            assert title, name
            assert not title.endswith("."), title
            assert not title[0].isupper() or title.split()[0].isupper() or title.split()[0] == "Parquet", (
                title
            )
