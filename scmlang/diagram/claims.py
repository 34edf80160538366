"""Assertions that the diagram alone decides.

``independent(X, Y | Z)`` holds in every model of a diagram where Z m-separates X from Y. Where it does not,
some model of the diagram has them dependent, so the claim does not follow from the diagram; whether it holds
in one fully specified model is then a matter of its numbers, and the diagram leaves it undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scmlang.diagnostics.base import Diagnostic, Note
from scmlang.diagram.diagram import Diagram
from scmlang.diagram.separation import OpenPath, connecting_path
from scmlang.semantics.assertions import Assertion, Independence
from scmlang.semantics.model import CausalModel, Role


class Verdict(Enum):
    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """What became of one assertion.

    Attributes:
        assertion: the claim.
        verdict: whether it holds; undecided where the diagram cannot tell.
        reason: one clause that says why.
        path: the open path where one is the reason.
    """

    assertion: Assertion
    verdict: Verdict
    reason: str
    path: OpenPath | None = None


def decide(assertion: Assertion, model: CausalModel, diagram: Diagram) -> Decision:
    """Decide an assertion by m-separation where that can be done."""
    claim = assertion.claim
    if not isinstance(claim, Independence):
        return Decision(assertion, Verdict.UNDECIDED, "the diagram alone does not tell")
    sides = [tuple(v.variable for v in side) for side in (claim.left, claim.right, claim.given)]
    hidden = [n for side in sides for n in side if model.variables[n].role is Role.EXOGENOUS]
    if not claim.is_factual or hidden:
        return Decision(assertion, Verdict.UNDECIDED, "it is about more than the endogenous variables")
    path = connecting_path(diagram, *sides)
    if path is None:
        verdict = Verdict.FAILS if assertion.negated else Verdict.HOLDS
        return Decision(assertion, verdict, "no path between them is open")
    reason = f"the path {path} is open"
    if model.is_fully_specified:
        return Decision(assertion, Verdict.UNDECIDED, f"{reason}, so the numbers decide", path)
    return Decision(assertion, Verdict.HOLDS if assertion.negated else Verdict.FAILS, reason, path)


def complaint(decision: Decision, model: CausalModel) -> Diagnostic:
    """E086 for an assertion that fails, with a note at each edge of the open path."""
    notes: list[Note] = []
    helps: list[str] = []
    if decision.path is not None:
        opened = [f"`{collider}` by `{node}`" for collider, node in decision.path.openers if collider != node]
        opened += [f"`{collider}`" for collider, node in decision.path.openers if collider == node]
        helps += [f"what is given opens {', '.join(opened)}"] if opened else []
        notes = list(_edges(decision.path, model))
    message = f"this does not hold: {decision.reason}"
    span = decision.assertion.span
    return Diagnostic("E086", message, model.source, span, notes=tuple(notes), helps=tuple(helps))


def _edges(path: OpenPath, model: CausalModel) -> list[Note]:
    notes = []
    for left, link, right in zip(path.nodes, path.links, path.nodes[1:], strict=False):
        span = {
            "->": model.edges.get((left, right)),
            "<-": model.edges.get((right, left)),
            "<->": model.confounded.get((left, right)) or model.confounded.get((right, left)),
        }[link]
        if span is not None:
            notes.append(Note(f"{left} {link} {right}", span))
    return notes
