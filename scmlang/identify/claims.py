"""``assert identifiable(…)``: decided by what :func:`~scmlang.identify.ask.judged` says."""

from __future__ import annotations

from scmlang.diagram.claims import Decision, Verdict
from scmlang.diagram.diagram import Diagram
from scmlang.identify.ask import judged
from scmlang.identify.estimand import show
from scmlang.identify.result import Settle, left_open
from scmlang.semantics.assertions import Assertion, Identifiability
from scmlang.semantics.model import CausalModel


def decide_identifiable(
    assertion: Assertion,
    model: CausalModel,
    diagram: Diagram,
    settle: Settle = left_open,
) -> Decision:
    """Decide an ``identifiable`` assertion from observation; ``settle`` decides what rules leave open."""
    if not isinstance(assertion.claim, Identifiability):
        raise TypeError("only claims of identifiability are decided here")
    quantity = assertion.claim.quantity
    found = judged(model, diagram, quantity, (), settle)
    if found.identifiable is None:
        return Decision(assertion, Verdict.UNDECIDED, "; ".join(found.notes))
    verdict = Verdict.HOLDS if found.identifiable != assertion.negated else Verdict.FAILS
    if found.estimand is not None:
        return Decision(assertion, verdict, f"it is {show(found.estimand)}")
    return Decision(assertion, verdict, found.verdict if found.identifiable else f"there is {found.witness}")
