"""dagitty's roles and positions: through a model's text and back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.exchange.dagitty import Notes, read, write
from scmlang.exchange.losses import losses
from scmlang.exchange.notes import statement
from scmlang.exchange.text import to_text
from scmlang.formatting import format_text
from scmlang.semantics.model import CausalModel, Role
from scmlang.source import Source
from tests.cli.process import run_here

NAMES = ("X", "Y", "M", "node", "Z_1", "dag")
Attributes = dict[str, str]


@dataclass(frozen=True)
class Graph:
    """What a dagitty file says: attributes by node, by edge, and of the whole."""

    nodes: dict[str, Attributes]
    edges: dict[tuple[str, str, str], Attributes]
    whole: Attributes

    def text(self) -> str:
        lines = [statement((), self.whole)] if self.whole else []
        lines += [statement((name,), held) for name, held in self.nodes.items()]
        lines += [statement(edge, held) for edge, held in self.edges.items()]
        return "dag {\n" + "\n".join(lines) + "\n}\n"


numbers = st.floats(-9, 9, allow_nan=False).map(lambda x: f"{x:.3f}")
positions = st.builds(lambda x, y: {"pos": f"{x},{y}"}, numbers, numbers)
roles = st.lists(st.sampled_from(["exposure", "outcome", "adjusted", "selected", "latent"]), unique=True)
texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=8)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, len(NAMES)))]
    nodes = {}
    for name in names:
        said = dict.fromkeys(draw(roles), "true")
        nodes[name] = said | (draw(positions) if draw(st.booleans()) else {})
        if draw(st.integers(0, 4)) == 0:
            nodes[name]["comment"] = draw(texts)
    edges = {}
    for a, b in combinations(names, 2):
        for arrow in ("->", "<->"):
            if draw(st.integers(0, 2)) == 0:
                edges[a, arrow, b] = draw(positions) if draw(st.booleans()) else {}
    return Graph(nodes, edges, {"bb": "0,0,1,1"} if draw(st.booleans()) else {})


def facts(text: str) -> Graph:
    """What a dagitty text says, read by the reader alone."""
    sketch = read(Source("file", text))
    held = {note.subject: dict(note.attributes) for note in sketch.notes}
    nodes = {
        name: held.get((name,), {}) | ({"latent": "true"} if node.latent else {})
        for name, node in sketch.nodes.items()
    }
    edges = [(a, "->", b) for a, b in sketch.edges] + [(a, "<->", b) for a, b in sketch.confounded]
    return Graph(nodes, {edge: held.get(edge, {}) for edge in edges}, held.get((), {}))


def model_of(graph: Graph) -> CausalModel:
    return Compilation.from_text(to_text(read(Source("file", graph.text())))).model


def unordered(graph: Graph) -> Graph:
    """The same with the ends of bidirected edges sorted, as the two say nothing by their order."""
    edges = {
        (edge if edge[1] == "->" else (min(edge[0], edge[2]), "<->", max(edge[0], edge[2]))): held
        for edge, held in graph.edges.items()
    }
    return Graph(graph.nodes, edges, graph.whole)


@settings(deadline=None)
@given(graphs())
def test_all_that_a_file_says_comes_back_from_the_text_of_the_language(graph: Graph) -> None:
    assert unordered(facts(graph.text())) == unordered(graph)
    model = model_of(graph)
    assert unordered(facts(write(model))) == unordered(graph)
    assert losses(model, "dagitty") == ()
    latent = {name for name, held in graph.nodes.items() if "latent" in held}
    assert {v.name for v in model.variables.values() if v.role is Role.LATENT} == latent


@settings(deadline=None)
@given(graphs())
def test_notes_survive_the_formatter_and_say_nothing_to_the_language(graph: Graph) -> None:
    text = to_text(read(Source("file", graph.text())))
    bare = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    assert Compilation.from_text(bare).emit("ir") == Compilation.from_text(text).emit("ir")
    tidied = Compilation.from_text(format_text(Source("file", text))).model
    assert facts(write(tidied)) == facts(write(Compilation.from_text(text).model))


def test_names_in_notes_are_those_of_the_model() -> None:
    text = to_text(read(Source("file", 'dag { "blood pressure" [outcome,pos="0,1"] X -> "blood pressure" }')))
    assert text.startswith('# dagitty: blood_pressure [outcome,pos="0,1"]\n')
    assert 'blood_pressure [outcome,pos="0,1"]\n' in write(Compilation.from_text(text).model)


def test_abbreviations_are_written_in_full() -> None:
    sketch = read(Source("file", 'dag { X [E] Y [o] Z [adjustedNode, POS="1,2"] X -> Y <- Z }'))
    assert [dict(note.attributes) for note in sketch.notes] == [
        {"exposure": "true"},
        {"outcome": "true"},
        {"adjusted": "true", "pos": "1,2"},
    ]


def test_a_person_may_write_notes() -> None:
    model = Compilation.from_text(
        'X -> Y <-> Z  # dagitty: X [outcome]\n  #dagitty: Z <-> Y [pos="1,1"]\n'
    ).model
    assert "X\n" in write(model)
    assert 'Y <-> Z [pos="1,1"]' in write(model)


@pytest.mark.parametrize(
    "note",
    [
        "Q [exposure]",
        'X -> Q [pos="0,0"]',
        "Y -> X [beta=1]",
        "X [",
        "X -- Y [a]",
        "} {",
        "{X Y} -> {X Y} [a]",
        "{" * 5000,
    ],
)
def test_a_note_that_fits_nothing_is_warned_of(note: str) -> None:
    model = Compilation.from_text(f"X -> Y\n# dagitty: {note}\n").model
    (problem,) = losses(model, "dagitty")
    assert problem.code == "W250"
    assert problem.span is not None
    assert problem.source is not None
    assert note in problem.source.text[problem.span.start : problem.span.end]
    assert write(model) == write(Compilation.from_text("X -> Y\n").model)


def test_other_formats_say_that_they_lose_them() -> None:
    model = Compilation.from_text('# dagitty: X [pos="0,1"]\nX -> Y\n').model
    assert Notes(model).problems == []
    (problem,) = losses(model, "cg")
    assert "dagitty's comments: `X` is lost" in problem.message


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, text, back = tmp_path / "a.dagitty", tmp_path / "a.scm", tmp_path / "b.dagitty"
    file.write_text(
        'dag { bb="0,0,1,1" U [latent,pos="0,0"] X [exposure,pos="0,1"] U -> X -> Y [pos="1,1"] }'
    )
    assert run_here("import", file, "-o", text) == 0
    assert run_here("export", text, "-o", back) == 0
    assert capsys.readouterr().err == ""
    assert facts(back.read_text()) == facts(file.read_text())
