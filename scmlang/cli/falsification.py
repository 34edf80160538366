"""``scmlang test FILE --data TABLE``: the tests of a diagram against data, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scmlang.cli.output import write_text
from scmlang.cli.report import report
from scmlang.cli.tables import print_table
from scmlang.compiler import Compilation

if TYPE_CHECKING:
    from scmlang.falsify.evidence import Evidence
    from scmlang.falsify.falsification import EdgeFinding, Falsification, Finding, Settings

HEADINGS = ("independence", "test", "statistic", "df", "p", "adjusted", "effect", "verdict")
MEASURES = ("test", "statistic", "df", "p", "draws", "effect", "measure")


@dataclass(frozen=True)
class Trial:
    """What a command line asks of a table; its words are those of the options."""

    table: Path
    basis: str
    alpha: float
    correction: str
    discrete: str
    continuous: str
    seed: int
    drop_missing: bool
    svg: Path | None

    def of(self, compilation: Compilation) -> Held:
        """Hold the model's diagram against the table; warnings about the table go to standard error.

        Raises:
            ScmError: for a table that cannot be read or does not fit, E300 for too many independencies, E138,
                E139 and E255 for a picture that cannot be written or drawn.
        """
        from scmlang.api import Model
        from scmlang.falsify.picture import picture

        found = Model(compilation).falsify(
            self.table,
            basis=self.basis,
            alpha=self.alpha,
            correction=self.correction,
            discrete=self.discrete,
            continuous=self.continuous,
            drop_missing=self.drop_missing,
            seed=self.seed,
        )
        report(found.warnings)
        if self.svg is not None:
            write_text(picture(compilation.model, found), self.svg)
        return Held(self, found)


@dataclass(frozen=True)
class Held:
    """A diagram held against a table."""

    trial: Trial
    found: Falsification

    def print(self) -> None:
        """A row for each test, the edges that the data object to, and the edges that they do not need."""
        found, settings = self.found, self.found.settings
        words = f"{self.trial.table}: {found.rows} rows, level {settings.alpha:g}, {_controlled(settings)}"
        if found.findings:
            print_table(words, HEADINGS, map(_row, found.findings), right=HEADINGS[2:7])
        else:
            print(f"{words}\n    the diagram implies no independence, so no data can object to it")
        for objection in found.objections:
            a, b = objection.between
            words = f"the data object: {a} and {b} need an edge, adjusted p = {objection.adjusted:.2g}"
            print(f"{words}; it accounts for {objection.accounts_for} of {_rejections(len(found.rejected))}")
        idle = [edge for edge in found.edges if edge.supported is False]
        for edge in idle:
            p = edge.evidence.p if edge.evidence else 1.0
            print(f"not seen in the data: {', '.join(edge.edges)} (without, {edge.claim}: p = {p:.2g})")
        if idle:
            print("    which is no proof that it is not there: the rows may be too few")
        print(", ".join(f"{count} {verdict}" for verdict, count in self._counts().items()))

    def to_json(self) -> dict[str, Any]:
        """Every test, the edges that are missing, and those that are there."""
        found, settings = self.found, self.found.settings
        return {
            "file": str(self.trial.table),
            "rows": found.rows,
            "basis": settings.basis.value,
            "alpha": settings.alpha,
            "correction": settings.correction.value,
            "rejected": bool(found.rejected),
            "tests": [_finding(finding) for finding in found.findings],
            "missing_edges": [vars(objection) for objection in found.objections],
            "edges": [_edge(edge) for edge in found.edges],
        }

    def summaries(self) -> Iterator[tuple[str, str, str]]:
        """For each test what is claimed, its verdict, and why."""
        for finding in self.found.findings:
            reason = finding.reason
            if finding.evidence is not None:
                reason = f"{finding.evidence.test}: adjusted p = {finding.adjusted:.3g}"
            yield str(finding.claim), finding.verdict.value, reason

    def _counts(self) -> dict[str, int]:
        from scmlang.falsify.falsification import Verdict

        return {v.value: sum(finding.verdict is v for finding in self.found.findings) for v in Verdict}


def _rejections(count: int) -> str:
    return "1 rejection" if count == 1 else f"{count} rejections"


def _controlled(settings: Settings) -> str:
    return {
        "holm": "family-wise (Holm)",
        "bh": "of false discoveries (Benjamini-Hochberg)",
        "by": "of false discoveries (Benjamini-Yekutieli)",
    }[settings.correction.value]


def _row(finding: Finding) -> tuple[str, ...]:
    evidence = finding.evidence
    if evidence is None or finding.adjusted is None:
        return str(finding.claim), "", "", "", "", "", "", f"{finding.verdict.value}: {finding.reason}"
    return (
        str(finding.claim),
        evidence.test + (" (permuted)" if evidence.draws else ""),
        f"{evidence.statistic:.4g}",
        "" if evidence.df is None else str(evidence.df),
        f"{evidence.p:.3g}",
        f"{finding.adjusted:.3g}",
        f"{evidence.effect:.3g}",
        finding.verdict.value,
    )


def _finding(finding: Finding) -> dict[str, Any]:
    judged = {"adjusted": finding.adjusted, "verdict": finding.verdict.value, "reason": finding.reason}
    return _claim(finding) | _evidence(finding.evidence) | judged


def _edge(edge: EdgeFinding) -> dict[str, Any]:
    judged = {"supported": edge.supported, "reason": edge.reason}
    return {"edges": list(edge.edges)} | _claim(edge) | _evidence(edge.evidence) | judged


def _claim(of: Finding | EdgeFinding) -> dict[str, Any]:
    return {"left": of.claim.left, "right": of.claim.right[0], "given": list(of.claim.given)}


def _evidence(evidence: Evidence | None) -> dict[str, Any]:
    return dict.fromkeys(MEASURES) | ({} if evidence is None else vars(evidence))
