"""The tests of a diagram: of what it implies, and of the edges it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import ceil

import numpy as np

from scmlang.diagnostics.base import Diagnostic
from scmlang.diagram.diagram import Diagram
from scmlang.diagram.independencies import Basis, ConditionalIndependence, independencies, without_edge
from scmlang.diagram.separation import m_separated
from scmlang.falsify.columns import Column, Data
from scmlang.falsify.continuous import Continuous, covariance_measure, partial_correlation
from scmlang.falsify.discrete import Discrete, stratified_test
from scmlang.falsify.evidence import Evidence, Untestable
from scmlang.falsify.multiplicity import Correction, adjust

FEWEST_DRAWS = 9_999


class Verdict(Enum):
    REJECTED = "rejected"
    NOT_REJECTED = "not rejected"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Settings:
    """How a diagram is tested.

    Attributes:
        basis: which of the implied independencies are tested.
        alpha: the level, of the family of all tests as ``correction`` says.
        correction: how p-values are adjusted for the number of tests.
        discrete: the test where all variables are categorical.
        continuous: the test where one of them is a number.
        seed: of every random draw.

    Raises:
        ValueError: for a level that is not between 0 and 1.
    """

    basis: Basis = Basis.PAIRS
    alpha: float = 0.05
    correction: Correction = Correction.HOLM
    discrete: Discrete = Discrete.G
    continuous: Continuous = Continuous.GCM
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"a level is between 0 and 1, not {self.alpha}")


@dataclass(frozen=True)
class Finding:
    """What became of one implied independence, whose right side is a single variable.

    Attributes:
        claim: the independence.
        verdict: whether the data reject it.
        evidence: the test; None where there could not be one.
        adjusted: the p-value adjusted for all tests; None where there is none.
        reason: why there was no test.
    """

    claim: ConditionalIndependence
    verdict: Verdict
    evidence: Evidence | None = None
    adjusted: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Objection:
    """Two variables that the diagram does not join and the data do.

    Attributes:
        between: the two, causes first.
        adjusted: the smallest adjusted p-value of the rejected independencies of the two.
        accounts_for: how many of all rejected independencies the diagram would no longer imply, had it an
            edge from the first to the second. One missing edge makes others dependent as well.
    """

    between: tuple[str, str]
    adjusted: float
    accounts_for: int


@dataclass(frozen=True)
class EdgeFinding:
    """Whether the data need the edges between two variables.

    Without them the diagram would imply ``claim``. A p-value above α is no proof that it holds: the rows may
    be too few to see a weak dependence. It is not adjusted, for nothing is rejected here.

    Attributes:
        edges: as the language writes them, ``X -> Y``.
        claim: what their absence would imply.
        evidence: the test; None where there could not be one.
        supported: whether p ≤ α; None without a test.
        reason: why there was no test.
    """

    edges: tuple[str, ...]
    claim: ConditionalIndependence
    evidence: Evidence | None
    supported: bool | None
    reason: str = ""


@dataclass(frozen=True)
class Falsification:
    """A diagram tested against data.

    Attributes:
        settings: how.
        rows: of the data.
        findings: one for each independence.
        objections: one for each pair of a rejected independence, those that account for most first.
        edges: one for each pair of adjacent variables that some set would separate without its edges.
        warnings: what there is to say about the data.
    """

    settings: Settings
    rows: int
    findings: tuple[Finding, ...]
    objections: tuple[Objection, ...]
    edges: tuple[EdgeFinding, ...]
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def rejected(self) -> tuple[Finding, ...]:
        """The independencies that the data reject."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.REJECTED)


def falsify(diagram: Diagram, data: Data, settings: Settings | None = None) -> Falsification:
    """Test what a diagram implies of the variables in some data.

    Args:
        diagram: of the model; its variables without a column are projected out.
        data: rows that are drawn independently of each other.
        settings: the tests; the default ones otherwise.

    Raises:
        ScmError: E300 where the diagram implies too many independencies.
    """
    chosen = settings or Settings()
    diagram = replace(diagram, observed=diagram.observed.intersection(data.columns)).latent_projection()
    listed = independencies(diagram, chosen.basis)
    claims = list(dict.fromkeys(one for claim in listed for one in _single(claim)))
    tests = _Tests(data, chosen, len(claims))
    findings = tuple(_judged([_tried(tests, claim) for claim in claims], chosen))
    objections, edges = _objections(diagram, findings), _edges(diagram, tests, chosen.alpha)
    return Falsification(chosen, data.rows, findings, tuple(objections), tuple(edges), data.warnings)


def _single(claim: ConditionalIndependence) -> Iterator[ConditionalIndependence]:
    """Independencies of single variables that together say the same.

    X ⊥ {A, B} | Z where X ⊥ A | Z and X ⊥ B | Z, A, and the other way round (the semi-graphoid axioms).
    """
    given = claim.given
    for other in claim.right:
        yield ConditionalIndependence(claim.left, (other,), given)
        given = (*given, other)


class _Tests:
    """The tests of one table, each with random numbers of its own."""

    def __init__(self, data: Data, settings: Settings, count: int) -> None:
        self.columns, self.settings = data.columns, settings
        self.draws = max(FEWEST_DRAWS, ceil(2 * count / settings.alpha))  # Holm's first step can be passed
        self.made = 0

    def of(self, claim: ConditionalIndependence) -> Evidence:
        """Test an independence.

        Raises:
            Untestable: where these data do not allow it.
        """
        x, y = self.columns[claim.left], self.columns[claim.right[0]]
        given = [self.columns[name] for name in claim.given]
        rng = np.random.default_rng((self.settings.seed, self.made))
        self.made += 1
        if all(column.codes is not None for column in (x, y, *given)):
            return stratified_test(x, y, given, self.settings.discrete, self.draws, rng)
        if self.settings.continuous is Continuous.LINEAR and _is_scalar(x) and _is_scalar(y):
            return partial_correlation(x, y, given)
        return covariance_measure(x, y, given, rng)


def _is_scalar(column: Column) -> bool:
    return column.width == 1


def _tried(tests: _Tests, claim: ConditionalIndependence) -> Finding:
    try:
        return Finding(claim, Verdict.NOT_REJECTED, tests.of(claim))
    except Untestable as reason:
        return Finding(claim, Verdict.UNTESTED, reason=str(reason))


def _judged(findings: list[Finding], settings: Settings) -> Iterator[Finding]:
    """The findings with adjusted p-values and verdicts; what is untested does not count."""
    p = np.array([finding.evidence.p for finding in findings if finding.evidence is not None])
    adjusted = iter(adjust(p, settings.correction).tolist())
    for finding in findings:
        if finding.evidence is None:
            yield finding
            continue
        value = next(adjusted)
        verdict = Verdict.REJECTED if value <= settings.alpha else Verdict.NOT_REJECTED
        yield replace(finding, adjusted=value, verdict=verdict)


def _objections(diagram: Diagram, findings: Sequence[Finding]) -> list[Objection]:
    rejected = [finding for finding in findings if finding.verdict is Verdict.REJECTED]
    least: dict[tuple[str, str], float] = {}
    for finding in rejected:
        pair = (finding.claim.right[0], finding.claim.left)
        least[pair] = min(finding.adjusted or 0.0, least.get(pair, 1.0))
    found = [
        Objection(pair, p, sum(not _implies(_joined(diagram, pair), f.claim) for f in rejected))
        for pair, p in least.items()
    ]
    return sorted(found, key=lambda objection: (-objection.accounts_for, objection.adjusted))


def _joined(diagram: Diagram, pair: tuple[str, str]) -> Diagram:
    return Diagram.of(diagram.nodes, {*diagram.directed, pair}, diagram.bidirected)


def _implies(diagram: Diagram, claim: ConditionalIndependence) -> bool:
    return m_separated(diagram, (claim.left,), claim.right, claim.given)


def _edges(diagram: Diagram, tests: _Tests, alpha: float) -> Iterator[EdgeFinding]:
    place = {name: i for i, name in enumerate(diagram.nodes)}
    between: dict[tuple[str, str], list[str]] = {}
    for edges, link in ((diagram.directed, "->"), (diagram.bidirected, "<->")):
        for a, b in sorted(edges, key=lambda edge: (place[edge[0]], place[edge[1]])):
            pair = (a, b) if place[a] < place[b] else (b, a)
            between.setdefault(pair, []).append(f"{a} {link} {b}")
    for (a, b), written in sorted(between.items(), key=lambda item: (place[item[0][0]], place[item[0][1]])):
        claim = without_edge(diagram, a, b)
        if claim is None:
            continue
        finding = _tried(tests, claim)
        supported = None if finding.evidence is None else bool(finding.evidence.p <= alpha)
        yield EdgeFinding(tuple(written), claim, finding.evidence, supported, finding.reason)
