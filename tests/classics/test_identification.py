"""What is said of identifiability, shown: an estimand that is right in every model of the diagram that is
tried, or two models that agree on everything observed and not on the effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.compiler import Compilation
from scmlang.diagram import Diagram
from scmlang.semantics.quantities import Effect, Probability
from scmlang.semantics.queries import Edit, Intervention
from tests.classics.worlds import Worlds
from tests.identify.canonical_models import CanonicalModel

FOLDER = Path(__file__).parents[2] / "examples" / "classics"
IDENTIFIABLE = {
    ("back_door", "P(Y | do(X))"): True,
    ("back_door", "P(Y[X=1]=1 | X=0)"): True,
    ("bow", "P(X | do(Y))"): True,
    ("bow", "P(Y | do(X))"): False,
    ("bow", "P(Y[X=1]=1 | X=1)"): True,
    ("bow", "P(Y[X=1]=1 | X=0)"): False,
    ("front_door", "P(Cancer | do(Smoking))"): True,
    ("front_door", "ETT(Smoking, Cancer)"): True,
    ("instrument", "P(Y | do(X))"): False,
    ("instrument", "P(Y[X=1]=1 | X[Z=0]=0, X[Z=1]=1)"): False,
    ("m_bias", "P(Y | do(X))"): True,
    ("mediation", "NDE(X, Y)"): True,
    ("mediation", "NIE(X, Y)"): True,
    ("mediation", "PNS(X, Y)"): False,
    ("napkin", "P(Y | do(X))"): True,
    ("napkin", "P(Y | do(Z))"): True,
    ("napkin", "P(Y[X=1]=1 | X=0)"): False,
    ("simpson", "P(Success | do(Treatment))"): True,
    ("verma", "P(D | do(C))"): True,
    ("verma", "P(D | do(A, C))"): True,
}


def over(names: str, term: str) -> str:
    """The sum of a term over the values 0 and 1 of some letters, as text of the language."""
    values = product((0, 1), repeat=len(names))
    return "(" + " + ".join(term.format(**dict(zip(names, v, strict=True))) for v in values) + ")"


ESTIMANDS = [
    ("back_door", "P(Y=1 | do(X=1))", over("ab", "P(Y=1 | X=1, Z3={a}, Z4={b}) * P(Z3={a}, Z4={b})")),
    ("back_door", "P(Y=1 | do(X=1))", over("ab", "P(Y=1 | X=1, Z4={a}, Z5={b}) * P(Z4={a}, Z5={b})")),
    (
        "back_door",
        "P(Y[X=1]=1 | X=0)",
        over("ab", "P(Y=1 | X=1, Z3={a}, Z4={b}) * P(Z3={a}, Z4={b} | X=0)"),
    ),
    ("bow", "P(X=1 | do(Y=1))", "P(X=1)"),
    ("bow", "P(Y[X=1]=1 | X=1)", "P(Y=1 | X=1)"),
    (
        "front_door",
        "P(Cancer=1 | do(Smoking=1))",
        over(
            "ts",
            "P(Tar={t} | Smoking=1) * P(Cancer=1 | Tar={t}, Smoking={s}) * P(Smoking={s})",
        ),
    ),
    (
        "front_door",
        "ETT(Smoking, Cancer)",
        "P(Cancer=1 | Smoking=1) - " + over("t", "P(Tar={t} | Smoking=0) * P(Cancer=1 | Tar={t}, Smoking=1)"),
    ),
    ("m_bias", "P(Y=1 | do(X=1))", "P(Y=1 | X=1)"),
    ("mediation", "NDE(X, Y)", over("m", "(P(Y=1 | X=1, M={m}) - P(Y=1 | X=0, M={m})) * P(M={m} | X=0)")),
    ("mediation", "NIE(X, Y)", over("m", "P(Y=1 | X=0, M={m}) * (P(M={m} | X=1) - P(M={m} | X=0))")),
    (
        "napkin",
        "P(Y=1 | do(X=1))",
        over("w", "P(X=1, Y=1 | W={w}, Z=0) * P(W={w})")
        + " / "
        + over("w", "P(X=1 | W={w}, Z=0) * P(W={w})"),
    ),
    ("napkin", "P(Y=1 | do(Z=1))", over("w", "P(Y=1 | W={w}, Z=1) * P(W={w})")),
    (
        "simpson",
        "P(Success=1 | do(Treatment=1))",
        over("s", "P(Success=1 | Treatment=1, Size={s}) * P(Size={s})"),
    ),
    ("verma", "P(D=1 | do(C=1))", over("ab", "P(D=1 | A={a}, B={b}, C=1) * P(A={a}, B={b})")),
    ("verma", "P(D=1 | do(A=0, C=1))", over("b", "P(D=1 | A=0, B={b}, C=1) * P(B={b} | A=0)")),
    (
        "verma",
        over("b", "P(D=1 | A=0, B={b}, C=1) * P(B={b} | A=0)"),
        over("b", "P(D=1 | A=1, B={b}, C=1) * P(B={b} | A=1)"),
    ),
]


def any_model(diagram: Diagram, rng: np.random.Generator) -> str:
    """A random binary model of the diagram: tables, with a hidden coin for each bidirected edge."""
    return "\n".join(_statements(diagram, rng))


def _statements(diagram: Diagram, rng: np.random.Generator) -> Iterator[str]:
    hidden: dict[str, list[str]] = {node: [] for node in diagram.nodes}
    for i, ends in enumerate(sorted(diagram.bidirected)):
        yield f"exogenous U{i} ~ bernoulli({rng.uniform(0.2, 0.8):.3f})"
        for node in ends:
            hidden[node].append(f"U{i}")
    yield f"{', '.join(diagram.nodes)}: binary"
    for node in diagram.nodes:
        parents = [*sorted(diagram.parents(node)), *hidden[node]]
        rows = []
        for values in product("01", repeat=len(parents)):
            chance = rng.integers(50, 950) / 1000
            rows.append(f"({', '.join(values)}): [{1 - chance:.3f}, {chance:.3f}]")
        yield f"{node} ~ table({', '.join(parents)}) {{ {' '.join(rows)} }}"


def number(compilation: Compilation, worlds: Worlds, text: str) -> float:
    query = compilation.query(text)
    assert not isinstance(query, Intervention | Edit)
    return worlds.value(query)


@pytest.mark.parametrize(("name", "effect", "estimand"), ESTIMANDS)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_identifiable_has_an_estimand(name: str, effect: str, estimand: str, seed: int) -> None:
    diagram = Compilation.from_file(FOLDER / f"{name}.scm").diagram
    compilation = Compilation.from_text(any_model(diagram, np.random.default_rng(seed)))
    assert (compilation.diagram.directed, compilation.diagram.bidirected) == (
        diagram.directed,
        diagram.bidirected,
    )
    worlds = Worlds(compilation.model)
    assert number(compilation, worlds, effect) == pytest.approx(number(compilation, worlds, estimand))


NO_ESTIMANDS = [
    ("back_door", "P(Y=1 | do(X=1))", over("a", "P(Y=1 | X=1, Z4={a}) * P(Z4={a})")),
    ("front_door", "P(Cancer=1 | do(Smoking=1))", "P(Cancer=1 | Smoking=1)"),
    ("m_bias", "P(Y=1 | do(X=1))", over("m", "P(Y=1 | X=1, M={m}) * P(M={m})")),
    ("napkin", "P(Y=1 | do(X=1))", over("w", "P(Y=1 | W={w}, X=1) * P(W={w})")),
    ("verma", "P(D=1 | A=0, C=1)", "P(D=1 | A=1, C=1)"),
]


@pytest.mark.parametrize(("name", "effect", "estimand"), NO_ESTIMANDS)
def test_what_the_comments_warn_of_is_wrong(name: str, effect: str, estimand: str) -> None:
    diagram = Compilation.from_file(FOLDER / f"{name}.scm").diagram
    compilation = Compilation.from_text(any_model(diagram, np.random.default_rng(1)))
    worlds = Worlds(compilation.model)
    wrong = number(compilation, worlds, estimand)
    assert abs(number(compilation, worlds, effect) - wrong) > 1e-4


BOW = "exogenous U, N ~ bernoulli(0.3)\nX, Y: binary\nX := U\nY := {} xor N\n"
INSTRUMENT = (FOLDER / "instrument.scm").read_text(encoding="utf-8")
ALWAYS_UNTREATED = "(0, 2): [0.4, 0.6]"  # those who always take the treatment, without it: never seen
TWINS = {
    "bow": (BOW.format("(X xor U)"), BOW.format("false"), "XY"),
    "instrument": (INSTRUMENT, INSTRUMENT.replace(ALWAYS_UNTREATED, "(0, 2): [0.9, 0.1]"), "XYZ"),
}


@pytest.mark.parametrize("name", TWINS)
def test_what_is_not_identifiable_differs_between_models_that_look_the_same(name: str) -> None:
    diagram = Compilation.from_file(FOLDER / f"{name}.scm").diagram
    *texts, observed = TWINS[name]
    found = []
    for text in texts:
        compilation = Compilation.from_text(text)
        assert compilation.diagram.directed <= diagram.directed
        assert compilation.diagram.bidirected <= diagram.bidirected
        worlds = Worlds(compilation.model)
        events = (zip(observed, values, strict=True) for values in product("01", repeat=len(observed)))
        cells = (f"P({', '.join('='.join(pair) for pair in event)})" for event in events)
        joint = [number(compilation, worlds, cell) for cell in cells]
        effect = [number(compilation, worlds, f"P(Y=1 | do(X={x}))") for x in (0, 1)]
        found.append((joint, effect))
    (first, one), (second, other) = found
    assert first == pytest.approx(second)
    assert one != pytest.approx(other, abs=0.1)


UNDETERMINED = {  # with the variables of three values that a proof needs
    ("bow", "P(Y[X=1]=1 | X=0)"): (),
    ("instrument", "P(Y[X=1]=1 | X[Z=0]=0, X[Z=1]=1)"): (),
    ("mediation", "PNS(X, Y)"): (),
    ("napkin", "P(Y[X=1]=1 | X=0)"): ("X",),
}


@pytest.mark.parametrize(("name", "text"), UNDETERMINED)
def test_models_that_agree_on_all_data_differ_in_what_is_not_identifiable(name: str, text: str) -> None:
    compilation = Compilation.from_file(FOLDER / f"{name}.scm")
    query = compilation.query(text)
    query = query.definition if isinstance(query, Effect) else query
    assert isinstance(query, Probability)
    larger = UNDETERMINED[name, text]
    sizes = {node: 3 if node in larger else 2 for node in compilation.diagram.nodes}
    model = CanonicalModel(compilation.diagram, sizes, np.random.default_rng(0))
    assert not model.determined(query)


def test_every_claim_is_shown() -> None:
    shown = {(name, effect.replace("=1", "").replace("=0", "")) for name, effect, _ in ESTIMANDS}
    shown |= {(name, effect) for name, effect, _ in ESTIMANDS}
    claimed = {key for key, value in IDENTIFIABLE.items() if value}
    assert claimed <= shown
    refused = {key for key, value in IDENTIFIABLE.items() if not value}
    assert refused == {(name, "P(Y | do(X))") for name in TWINS} | UNDETERMINED.keys()
