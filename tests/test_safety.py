"""Nothing is unpickled and nothing is evaluated, anywhere in the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scmlang

PACKAGE = Path(scmlang.__file__).parent
PICKLING = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
EVALUATING = {"eval", "exec", "compile", "__import__"}
FORBIDDEN = {
    "torch.load": "unpickles",
    "torch.save": "pickles",
    "torch.jit.load": "runs code from a file",
    "torch.hub.load": "runs code from the network",
    "numpy.lib.format.read_array": "may unpickle",
    "yaml.load": "constructs objects from tags",
    "yaml.load_all": "constructs objects from tags",
    "yaml.full_load": "constructs objects from tags",
    "yaml.unsafe_load": "constructs objects from tags",
    "os.system": "runs a shell",
    "os.popen": "runs a shell",
    "builtins.eval": "evaluates",
    "builtins.exec": "evaluates",
}


def violations(text: str) -> list[str]:
    """What a module's text does that it must not, one line each."""
    tree = ast.parse(text)
    names = dict(_imported(tree))
    return [f"{node.lineno}: {why}" for node in ast.walk(tree) for why in _judge(node, names)]


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Local name → dotted name, of every import in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name.split(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _judge(node: ast.AST, names: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        yield from (f"imports {module}" for module in modules if module.split(".")[0] in PICKLING)
    if not isinstance(node, ast.Call):
        return
    called = _dotted(node.func, names)
    keywords = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    if called in EVALUATING:
        yield f"calls {called}"
    if called in FORBIDDEN:
        yield f"{called} {FORBIDDEN[called]}"
    if called == "numpy.load" and keywords.get("allow_pickle") is not False:
        yield "numpy.load without allow_pickle=False"
    if called.endswith(("read_pickle", "to_pickle")):
        yield f"calls {called}"
    if called.endswith("Lark") and keywords.get("cache"):
        yield "a cached grammar is unpickled"
    if called.endswith("from_pretrained") and keywords.get("use_safetensors") is not True:
        yield "from_pretrained may unpickle without use_safetensors=True"
    if keywords.get("shell"):
        yield "runs a shell"


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix()
)
def test_a_module_neither_unpickles_nor_evaluates(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "import torch\ntorch.load('x')",
        "from torch import load\nload('x')",
        "import numpy as np\nnp.load('x')",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "import yaml\nyaml.load('x', yaml.SafeLoader)",
        "eval('1')",
        "exec('1')",
        "import builtins\nbuiltins.eval('1')",
        "import lark\nlark.Lark('', cache=True)",
        "import pandas as pd\npd.read_pickle('x')",
        "import subprocess\nsubprocess.run('x', shell=True)",
        "UNet2DModel.from_pretrained('x')",
    ],
)
def test_the_judge_sees(text: str) -> None:
    assert violations(text)


@pytest.mark.parametrize(
    "text",
    ["model.eval()", "import re\nre.compile('x')", "import numpy as np\nnp.load('x', allow_pickle=False)"],
)
def test_the_judge_lets_pass(text: str) -> None:
    assert violations(text) == []
