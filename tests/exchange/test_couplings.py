"""How noise enters, in other formats: kept in our own text, lost with a warning elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from scmlang.exchange import HOLDS, WRITERS
from scmlang.exchange.losses import losses
from scmlang.semantics.distributions import probabilities
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Coupling, Draw, Table
from tests.semantics.fakes import model_of

TEXT = """
model coupled
X: binary
C: {{red, green, blue}}
D: -1..4
B, E: binary
X ~ bernoulli(0.25{0})
C ~ categorical(0.2, 0.3 * X, 0.8 - 0.3 * X{0})
D ~ uniform(-1..4{0})
B ~ table(X, C{0}) {{
  (0, red): [0, 1]  (0, green): [0.5, 0.5]  (0, blue): [0.25, 0.75]
  (1, red): [1, 0]  (1, green): [0.5, 0.5]  (1, blue): [0.25, 0.75]
}}
E ~ table({1}) {{ (): [0.5, 0.5] }}
"""
GUMBEL = model_of(TEXT.format(", coupling=gumbel", "coupling=gumbel"))
MONOTONE = model_of(TEXT.format("", ""))


def couplings(model: CausalModel) -> dict[str, Coupling]:
    equations = {name: variable.equation for name, variable in model.variables.items()}
    return {name: e.coupling for name, e in equations.items() if isinstance(e, Draw | Table)}


@pytest.mark.parametrize("model", [GUMBEL, MONOTONE], ids=["gumbel", "monotone"])
def test_the_ir_keeps_couplings(model: CausalModel) -> None:
    again = model_of(WRITERS["ir"](model))
    assert couplings(again) == couplings(model)
    assert WRITERS["ir"](again) == WRITERS["ir"](model)


def test_the_ir_leaves_the_default_out() -> None:
    assert "coupling" not in WRITERS["ir"](MONOTONE)
    assert WRITERS["ir"](GUMBEL).replace(", coupling=gumbel", "").replace("coupling=gumbel", "") == WRITERS[
        "ir"
    ](MONOTONE)


def test_bif_keeps_the_probabilities_and_says_what_it_loses() -> None:
    assert WRITERS["bif"](GUMBEL) == WRITERS["bif"](MONOTONE)
    (lost,) = losses(GUMBEL, "bif")
    assert lost.code == "W250"
    assert lost.message == "bif cannot hold Gumbel couplings: `X`, `C`, `D`, `B`, `E` are lost"
    assert losses(MONOTONE, "bif") == ()


@pytest.mark.parametrize("format", sorted(set(HOLDS) - {"bif"}))
def test_a_format_without_equations_names_them_alone(format: str) -> None:
    messages = [d.message for d in losses(GUMBEL, format)]
    assert any("equations" in message for message in messages)
    assert not any("couplings" in message for message in messages)


def test_the_ir_keeps_what_is_monotone_and_other_formats_say_what_they_lose() -> None:
    model = model_of("X, Z, Y: binary\n{X, Z} -> Y\nmonotone {Z, X} -> Y")
    again = model_of(WRITERS["ir"](model))
    assert set(again.monotone) == set(model.monotone) == {("X", "Y"), ("Z", "Y")}
    for format in HOLDS:
        messages = [d.message for d in losses(model, format)]
        assert f"{format} cannot hold monotone mechanisms: `Z -> Y`, `X -> Y` are lost" in messages


def test_the_same_probabilities_under_both() -> None:
    columns = {"X": np.array([0, 1]), "C": np.array([1, 2])}
    for name, variable in GUMBEL.variables.items():
        other = MONOTONE.variables[name].equation
        assert isinstance(variable.equation, Draw | Table)
        assert isinstance(other, Draw | Table)
        assert isinstance(variable.domain, Finite)
        np.testing.assert_array_equal(
            probabilities(variable.equation, variable.domain, columns, 2),
            probabilities(other, variable.domain, columns, 2),
        )
