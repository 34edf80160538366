"""The examples of the documentation: what it shows works, and fails as it says.

- a block ``scm`` is a model that checks clean; ``scm E021`` one that has exactly these errors;
- a block ``yaml recipe`` is a recipe;
- a block ``python`` is Python; ``python run`` is run, in an empty folder;
- the commands of a block ``console`` name commands that there are.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import scmlang
from scmlang.diagnostics.base import ScmError, Severity
from scmlang.train.loading import load_recipe
from tests.docs.markdown import Block, blocks


def each(language: str):
    found = blocks(language)
    return pytest.mark.parametrize("block", found, ids=[block.name for block in found])


@each("scm")
def test_models_check_as_said(block: Block) -> None:
    expected = [word for word in block.words[1:] if word.startswith("E")]
    assert errors(block.text) == expected


def errors(text: str) -> list[str]:
    try:
        scmlang.loads(text)
    except ScmError as error:
        return [d.code for d in error.diagnostics if d.severity is Severity.ERROR]
    return []


@each("yaml")
def test_recipes_are_valid(block: Block, tmp_path: Path) -> None:
    assert block.words[1:] == ("recipe",), "say what kind of YAML it is"
    path = tmp_path / "recipe.yaml"
    path.write_text(block.text, encoding="utf-8")
    load_recipe(path)


@each("python")
def test_python_is_python(block: Block) -> None:
    compile(block.text, block.name, "exec")


@pytest.mark.parametrize("block", [b for b in blocks("python") if "run" in b.words], ids=lambda b: b.name)
def test_python_runs(block: Block, tmp_path: Path) -> None:
    program = [sys.executable, "-c", block.text]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@each("console")
def test_commands_exist(block: Block) -> None:
    from scmlang.cli.app import COMMANDS

    named = re.findall(r"^\$ scmlang (\w+)", block.text, re.MULTILINE)
    assert [name for name in named if name not in COMMANDS] == []


def test_there_are_examples() -> None:
    assert blocks("scm")
    assert blocks("console")
    assert blocks("yaml")
