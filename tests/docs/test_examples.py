"""The examples of the documentation: what it shows works, and fails as it says.

- a block ``scm`` is a model that checks clean; ``scm E021`` one that has exactly these errors and warnings;
  its assertions hold, by m-separation or by enumeration; in docs/ it is in the one style, or ``free``;
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

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.formatting import format_text
from scmlang.semantics.assertions import Comparison
from scmlang.source import Source
from scmlang.train.loading import load_recipe
from tests.classics.worlds import Worlds
from tests.docs.markdown import Block, blocks

CODE = re.compile(r"[EW][0-9]{3}")


def name(block: Block) -> str:
    return block.name


def each(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", blocks(language), ids=name)


@each("scm")
def test_models_check_as_said(block: Block) -> None:
    expected = [word for word in block.words[1:] if CODE.fullmatch(word)]
    assert codes(block.text) == expected


def codes(text: str) -> list[str]:
    compilation = Compilation.from_text(text)
    try:
        return [d.code for d in (*compilation.warnings, *compilation.failures)]
    except ScmError as error:
        return [d.code for d in error.diagnostics]


@each("scm")
def test_numbers_that_models_assert_are_right(block: Block) -> None:
    if any(CODE.fullmatch(word) for word in block.words):
        return
    model = Compilation.from_text(block.text).model
    claims = [a for a in model.assertions if isinstance(a.claim, Comparison)]
    assert [a.text for a in claims if not Worlds(model).holds(a.claim)] == []


@pytest.mark.parametrize(
    "block", [b for b in blocks("scm") if b.path.parent.name == "docs" and "free" not in b.words], ids=name
)
def test_models_are_in_the_one_style(block: Block) -> None:
    assert block.text == format_text(Source(block.name, block.text))


@each("yaml")
def test_recipes_are_valid(block: Block, tmp_path: Path) -> None:
    assert block.words[1:] == ("recipe",), "say what kind of YAML it is"
    path = tmp_path / "recipe.yaml"
    path.write_text(block.text, encoding="utf-8")
    load_recipe(path)


@each("python")
def test_python_is_python(block: Block) -> None:
    compile(block.text, block.name, "exec")


@pytest.mark.parametrize("block", [b for b in blocks("python") if "run" in b.words], ids=name)
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
