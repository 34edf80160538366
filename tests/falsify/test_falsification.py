"""A diagram held against data: right ones stand, wrong ones fall where they are wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagram import Diagram
from scmlang.diagram.independencies import Basis
from scmlang.falsify.columns import Column, Data
from scmlang.falsify.continuous import Continuous
from scmlang.falsify.discrete import Discrete
from scmlang.falsify.falsification import Falsification, Settings, Verdict, falsify
from scmlang.falsify.multiplicity import Correction
from scmlang.falsify.picture import picture, show_p
from tests.diagram.strategies import diagrams
from tests.falsify.support import Compilation, held, write

TRUE = "{A, B} -> C -> D -> E; A -> E"
WRONG = "{A, B} -> C -> D -> E"


def table(path: Path, seed: int = 0, n: int = 1500) -> Path:
    """Rows of a model of TRUE, three binary variables and two numbers."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 2, (2, n))
    c = (rng.random(n) < 0.1 + 0.5 * a + 0.3 * b).astype(int)
    d = c + rng.normal(size=n)
    e = np.sin(2 * d) + d + 0.5 * a + rng.normal(size=n)
    return write(path, dict(zip("ABCDE", (x.tolist() for x in (a, b, c, d, e)), strict=True)))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("falsify") / "t.csv")


def claims(found: Falsification, verdict: Verdict) -> list[str]:
    return [str(finding.claim) for finding in found.findings if finding.verdict is verdict]


@pytest.mark.parametrize("basis", Basis)
def test_a_right_diagram_stands_and_a_wrong_one_falls_at_the_missing_edge(path: Path, basis: Basis) -> None:
    assert not held(path, TRUE, Settings(basis)).rejected
    found = held(path, WRONG, Settings(basis))
    assert found.rejected
    assert found.objections[0].between == ("A", "E")
    assert found.objections[0].adjusted < 0.01
    assert found.objections[0].accounts_for == len(found.rejected)
    assert all(o.accounts_for < len(found.rejected) for o in found.objections[1:])


def test_the_default_has_one_test_for_each_missing_edge(path: Path) -> None:
    found = held(path, WRONG)
    assert [str(finding.claim) for finding in found.findings] == [
        "independent(B, A)",
        "independent(D, A | C)",
        "independent(D, B | C)",
        "independent(E, A | C)",
        "independent(E, B | C)",
        "independent(E, C | D)",
    ]
    names = [finding.evidence.test for finding in found.findings if finding.evidence]
    assert names == ["G"] + ["GCM"] * 5


def test_joint_statements_are_tested_one_by_one(path: Path) -> None:
    found = held(path, WRONG, Settings(Basis.LOCAL))
    assert [str(finding.claim) for finding in found.findings] == [
        "independent(B, A)",
        "independent(D, A | C)",
        "independent(D, B | C, A)",
        "independent(E, A | D)",
        "independent(E, B | D, A)",
        "independent(E, C | D, A, B)",
    ]


@pytest.mark.parametrize("correction", Correction)
def test_p_values_are_adjusted_for_their_number(path: Path, correction: Correction) -> None:
    found = held(path, WRONG, Settings(correction=correction))
    pairs = [(f.evidence.p, f.adjusted) for f in found.findings if f.evidence and f.adjusted is not None]
    assert len(pairs) == 6
    assert all(p <= adjusted <= 1 for p, adjusted in pairs)
    smallest, adjusted = min(pairs)
    harmonic = sum(1 / k for k in range(1, 7)) if correction is Correction.BY else 1
    assert adjusted == pytest.approx(min(1, 6 * smallest * harmonic))


def test_other_tests_can_be_chosen(path: Path) -> None:
    settings = Settings(discrete=Discrete.PEARSON, continuous=Continuous.LINEAR)
    found = held(path, WRONG, settings)
    names = [finding.evidence.test for finding in found.findings if finding.evidence]
    assert names == ["chi-squared"] + ["partial correlation"] * 5
    assert found.objections[0].between == ("A", "E")


def test_a_right_diagram_is_rejected_as_rarely_as_alpha_says(tmp_path: Path) -> None:
    """The family-wise error rate over 60 tables: at 0.05, more than 9 have probability 0.0009."""
    tables = (table(tmp_path / f"{seed}.csv", seed + 100, n=300) for seed in range(60))
    assert sum(bool(held(path, TRUE).rejected) for path in tables) <= 9


def test_the_same_seed_gives_the_same_numbers(path: Path) -> None:
    assert held(path, WRONG, Settings(seed=3)) == held(path, WRONG, Settings(seed=3))


def test_edges_without_a_trace_in_the_data_are_listed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, y, z = rng.integers(0, 2, (3, 500))
    path = write(tmp_path / "t.csv", {"X": x, "Y": x ^ (y & z), "Z": z})
    found = held(path, "X -> Y <- Z; X <-> Y; X -> Z")
    supported = {edge.edges: edge.supported for edge in found.edges}
    assert supported == {("X -> Y", "X <-> Y"): True, ("X -> Z",): False, ("Z -> Y",): True}
    assert not found.findings


def test_what_cannot_be_tested_is_not_counted(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (2, 300))
    path = write(tmp_path / "t.csv", {"X": x, "Y": y, "Z": [1] * 300})
    found = held(path, "{X, Y, Z}")
    assert claims(found, Verdict.UNTESTED) == ["independent(Z, X)", "independent(Z, Y)"]
    tested = [finding for finding in found.findings if finding.evidence is not None]
    assert [finding.adjusted for finding in tested] == [tested[0].evidence.p if tested[0].evidence else None]
    assert all("`Z` is constant" in finding.reason for finding in found.findings if not finding.evidence)


def test_variables_that_no_table_holds_are_projected_out(tmp_path: Path) -> None:
    text = "latent L: binary\nX, Y, Z: binary\nI: image(1, 8, 8)\nX -> L -> Y\nX -> Z\n{X, Y} -> I"
    rng = np.random.default_rng(0)
    path = write(tmp_path / "t.csv", dict(zip("XYZ", rng.integers(0, 2, (3, 100)), strict=True)))
    found = held(path, text)
    assert [str(finding.claim) for finding in found.findings] == ["independent(Z, Y | X)"]


# --- the picture


def test_the_picture_has_a_red_line_for_each_objection(path: Path) -> None:
    found = held(path, WRONG)
    drawn = picture(Compilation.from_text(WRONG).model, found)
    assert drawn.count('stroke="#dc2626"') == len(found.objections) == 2
    assert show_p(found.objections[0].adjusted).replace("<", "&lt;") in drawn
    assert "the data join A and E (p" in drawn
    assert "#dc2626" not in picture(Compilation.from_text(TRUE).model, held(path, TRUE))


def test_a_small_p_value_is_a_bound() -> None:
    assert [show_p(p) for p in (0.0312, 1e-4, 1e-9)] == ["p = 0.031", "p = 0.0001", "p < 0.0001"]


# --- whatever the data


def awkward(rng: np.random.Generator, name: str, n: int) -> Column:
    """A column that is skewed, huge, constant, sparse, or different in every row."""
    kinds = (
        lambda: Column.categorical(name, rng.integers(0, int(rng.integers(1, 8)), n)),
        lambda: Column.categorical(name, np.arange(n)),
        lambda: Column.numeric(name, np.exp(5 * rng.normal(size=n))),
        lambda: Column.numeric(name, rng.integers(0, 3, n) * 1e12),
        lambda: Column.numeric(name, np.full(n, 0.3)),
        lambda: Column.numeric(name, np.arange(n, dtype=np.float64)),
    )
    return kinds[int(rng.integers(len(kinds)))]()


@pytest.mark.filterwarnings("error")
@settings(max_examples=60, deadline=None)
@given(diagrams(most=5), st.integers(0, 2**32), st.sampled_from(Basis), st.sampled_from(Continuous))
def test_every_test_ends_with_a_number_or_a_reason(
    diagram: Diagram, seed: int, basis: Basis, continuous: Continuous
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 60))
    data = Data({name: awkward(rng, name, n) for name in diagram.nodes}, n, ())
    for finding in falsify(diagram, data, Settings(basis, continuous=continuous)).findings:
        if finding.evidence is None:
            assert finding.reason
            assert finding.verdict is Verdict.UNTESTED
        else:
            assert 0 <= finding.evidence.p <= (finding.adjusted or 0) <= 1
            assert np.isfinite([finding.evidence.statistic, finding.evidence.effect]).all()
