"""Readers: what is written reads back, what is wrong is a located diagnostic, junk is never a traceback."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.exchange import HOLDS, READERS, WRITERS
from scmlang.exchange.bif_writer import conditional
from scmlang.exchange.losses import losses
from scmlang.exchange.rename import is_name, rename
from scmlang.exchange.text import to_text
from scmlang.semantics.model import CausalModel, Role
from scmlang.source import Source
from tests.cli.process import EXAMPLES, run_here
from tests.semantics.fakes import model_of

DIAGRAMS = sorted(set(READERS) - {"bif"})
DOMAINS = ("binary", "0..9", "-2..3", "{red, green, blue}", "bits(3)", "real", "image(3, 8, 8)")


@st.composite
def diagrams(draw: st.DrawFn) -> CausalModel:
    """Acyclic mixed graphs with domains and latent variables."""
    names = draw(st.permutations(["A", "B", "node", "edge", "X1", "dag_"]))[: draw(st.integers(1, 6))]
    pairs = list(combinations(names, 2))
    lines = [
        f"{draw(st.sampled_from(['', 'latent ']))}{name}: {draw(st.sampled_from(DOMAINS))}" for name in names
    ]
    for arrow in ("->", "<->"):
        chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
        lines += [f"{a} {arrow} {b}" for a, b in chosen]
    return model_of("\n".join(lines) + "\n")


@st.composite
def networks(draw: st.DrawFn) -> CausalModel:
    """Fully specified Bayesian networks over small finite domains."""
    lines: list[str] = []
    parents: list[tuple[str, int, int]] = []
    for i in range(draw(st.integers(1, 4))):
        domain, offset, size = draw(
            st.sampled_from([("binary", 0, 2), ("{lo, mid, hi}", 0, 3), ("-1..1", -1, 3)])
        )
        given_ = [p for p in parents if draw(st.booleans())][:2]
        grid = np.ndindex(*(p[2] for p in given_)) if given_ else [()]
        rows = ""
        for index in grid:
            values = ", ".join(str(k + p[1]) for k, p in zip(index, given_, strict=True))
            weights = draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
            rows += f"  ({values}): [{', '.join(repr(w / sum(weights)) for w in weights)}]\n"
        lines += [f"V{i}: {domain}", f"V{i} ~ table({', '.join(p[0] for p in given_)}) {{\n{rows}}}"]
        parents.append((f"V{i}", offset, size))
    return model_of("\n".join(lines) + "\n")


def again(model: CausalModel, format: str) -> CausalModel:
    """The model that is read from what was written."""
    sketch = READERS[format](Source("again", WRITERS[format](model)))
    return Compilation.from_text(to_text(sketch)).model


@pytest.mark.parametrize("format", DIAGRAMS)
@settings(max_examples=25, deadline=None)
@given(model=diagrams())
def test_a_diagram_reads_back(format: str, model: CausalModel) -> None:
    read = again(model, format)
    hidden = [v.name for v in read.variables.values() if v.role is Role.LATENT]
    first = [] if read.has_domains else hidden  # a bare diagram declares its latent variables first
    assert list(read.variables) == [*first, *(name for name in model.variables if name not in first)]
    assert set(read.edges) == set(model.edges)
    assert set(read.confounded) == set(model.confounded)
    for name, variable in model.variables.items():
        if "domains" in HOLDS[format]:
            assert read.variables[name].domain == variable.domain
        latent = variable.role is Role.LATENT and "latent variables" in HOLDS[format]
        assert (read.variables[name].role is Role.LATENT) == latent


@settings(max_examples=25, deadline=None)
@given(model=networks())
def test_a_network_keeps_every_conditional_probability(model: CausalModel) -> None:
    read = again(model, "bif")
    for name, variable in model.variables.items():
        assert read.variables[name].domain == variable.domain
        assert read.parents[name] == model.parents[name]
        tables = [
            conditional(m.variables[name], [m.variables[p] for p in m.parents[name]]) for m in (model, read)
        ]
        np.testing.assert_allclose(*tables, rtol=1e-12)


def test_equations_become_tables() -> None:
    model = Compilation.from_file(EXAMPLES / "toy_ascm.scm").model
    read = again(model, "bif")
    assert read.is_fully_specified
    for name in model.variables:
        tables = [
            conditional(m.variables[name], [m.variables[p] for p in m.parents[name]]) for m in (model, read)
        ]
        np.testing.assert_allclose(*tables)


DOT = """digraph g { // a comment
  node [shape=box]; rankdir=LR
  X; "blood pressure" [domain="{low, high}"]
  subgraph cluster { X -> {Z "blood pressure"} -> Y }
  X -> Y [dir=both]; U [style=dashed]; Y -> U [dir=back]
}"""
DAGITTY = 'dag { bb="0,0,1,1" X [exposure,pos="0,1"] U [latent] X -> M -> Y <- U X <-> Y Y [outcome] }'


def imported(format: str, text: str) -> tuple[CausalModel, list[str]]:
    sketch = READERS[format](Source("file", text))
    model = Compilation.from_text(to_text(sketch)).model
    return model, [d.code for d in sketch.warnings]


def test_dot() -> None:
    model, codes = imported("dot", DOT)
    assert set(model.edges) == {
        ("X", "Z"), ("X", "blood_pressure"), ("Z", "Y"), ("blood_pressure", "Y"), ("U", "Y"),
    }  # fmt: skip
    assert set(model.confounded) == {("X", "Y")}
    assert model.variables["U"].role is Role.LATENT
    assert str(model.variables["blood_pressure"].domain) == "{low, high}"
    assert sorted(codes) == ["W251", "W252"]


def test_dagitty() -> None:
    model, codes = imported("dagitty", DAGITTY)
    assert set(model.edges) == {("X", "M"), ("M", "Y"), ("U", "Y")}
    assert set(model.confounded) == {("X", "Y")}
    assert model.variables["U"].role is Role.LATENT
    assert not model.has_domains
    assert codes == []


def test_a_file_without_domains_is_a_bare_diagram() -> None:
    model, codes = imported("cg", "<NODES>\nZ\nX\nY\n\n<EDGES>\nX -> Y\nX <-> Y\n")
    assert list(model.variables) == ["Z", "X", "Y"]
    assert not model.has_domains
    assert codes == []


def test_bif_in_its_other_forms() -> None:
    text = """network n { property "x" ; }
    variable A { type discrete [ 2 ] { yes, no }; }
    variable B { type discrete [ 2 ] { <5, >=5 }; property weight = 1 ; }
    probability ( A ) { table 0.3, 0.7; }
    probability ( B | A ) { default 0.5, 0.5; (no) 0.33, 0.671; }"""
    model, codes = imported("bif", text)
    chances = conditional(model.variables["B"], [model.variables["A"]])
    np.testing.assert_allclose(chances, [[0.5, 0.5], [0.33 / 1.001, 0.671 / 1.001]])
    assert sorted(codes) == ["W251", "W253"]


@pytest.mark.parametrize(
    ("format", "text", "code", "at"),
    [
        ("dot", "digraph { A -> B -> C -> A }", "E253", "C -> A"),
        ("dot", "graph { A -- B }", "E252", "A -- B"),
        ("dot", "digraph { A -> }", "E251", "}"),
        ("dot", "digraph { A -> A }", "E253", "A -> A"),
        ("dagitty", "pdag { A -> B }", "E252", "pdag"),
        ("dagitty", "dag { A -- B }", "E252", "A -- B"),
        ("cg", "<NODES>\nA\n<EDGES>\nA -> B\n", "E257", "A -> B"),
        ("bif", "variable A { type discrete [2] { a, b }; } probability (A) { table .5, .2; }", "E256", "A"),
        ("json", "{", "E251", ""),
        ("graphml", '<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', "E251", "<!DOCTYPE"),
        ("gml", "graph [ node [ id 0 ]", "E251", None),
    ],
)
def test_a_mistake_is_located(format: str, text: str, code: str, at: str | None) -> None:
    with pytest.raises(ScmError) as raised:
        imported(format, text)
    first = raised.value.diagnostics[0]
    assert first.code == code
    if at is not None:
        assert first.span is not None
        assert text[first.span.start : first.span.end] == at


SEEDS = [
    DOT,
    DAGITTY,
    "<NODES>\nA\n<EDGES>\nA <-> A\n",
    '{"schema": 1}',
    "variable A { type",
    "graph [ node [",
]


@pytest.mark.parametrize("format", list(READERS))
@settings(max_examples=40, deadline=None)
@given(junk=st.binary(max_size=60), seed=st.sampled_from(SEEDS), cut=st.integers(0, 60))
def test_junk_is_a_diagnostic(format: str, junk: bytes, seed: str, cut: int) -> None:
    for text in (junk.decode("latin-1"), seed[:cut] + junk.decode("latin-1") + seed[cut:]):
        with suppress(ScmError):
            imported(format, text)


@pytest.mark.parametrize("format", list(READERS))
@pytest.mark.parametrize("text", ["{" * 20_000, "[" * 20_000, "digraph " + "{" * 5000, "<a>" * 5000])
def test_deep_nesting_is_a_diagnostic(format: str, text: str) -> None:
    with pytest.raises(ScmError):
        imported(format, text)


@pytest.mark.parametrize("opening", ["digraph", "dag"])
def test_work_is_bounded_however_often_sets_are_joined(opening: str) -> None:
    group = "{" + " ".join(f"a{i}" for i in range(300)) + "}"
    text = f"{opening} {{ {f'{group} -> {group} ' * 400} }}"
    with pytest.raises(ScmError, match="E254"):
        imported("dot" if opening == "digraph" else "dagitty", text)


@given(st.lists(st.text(max_size=8), unique=True))
def test_names_are_good_and_different(names: list[str]) -> None:
    found = rename(names)
    assert all(map(is_name, found.values()))
    assert len(set(found.values())) == len(names)
    assert all(found[name] == name for name in names if is_name(name))


def test_each_kind_of_loss_is_named_once() -> None:
    model = model_of("exogenous U ~ bernoulli(0.5)\nlatent X: binary\nX := U\nquery q = do(X=1)\n")
    messages = [d.message for d in losses(model, "cg")]
    assert len(messages) == 5
    assert losses(model, "ir") == ()


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, dot, back = EXAMPLES / "bar_mnist" / "frontdoor.scm", tmp_path / "a.dot", tmp_path / "b.scm"
    assert run_here("export", source, "-o", dot) == 0
    assert run_here("import", dot, "-o", back) == 0
    assert run_here("check", back) == 0
    assert run_here("import", dot, "--from", "nothing") == 1
    assert run_here("import", dot, "--domain", "?") == 1
    assert run_here("export", source) == 1
    told = capsys.readouterr().err
    assert told.count("E250") == 3
    assert "`scm`" in told  # by which name the language's own format is asked for
    assert "`ir`" not in told
