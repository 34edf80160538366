"""Whether a truth and a learner speak of the same world."""

from __future__ import annotations

from collections.abc import Iterable

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.semantics.model import CausalModel


def require_same_variables(truth: CausalModel, learner: CausalModel) -> None:
    """Every variable that the learner observes is observed in the truth, with the same domain.

    Raises:
        ScmError: E230, one for each variable that is not, underlined in the learner's text.
    """
    observed = {variable.name: variable for variable in truth.observed}
    problems = []
    for variable in learner.observed:
        known = observed.get(variable.name)
        if known is None:
            message = f"`{variable.name}` is not observed in `{truth.name}`"
            label = "no such variable there"
        elif known.domain != variable.domain:
            message = f"`{variable.name}` has another domain in `{truth.name}`"
            label = f"{known.domain} there"
        else:
            continue
        problems.append(Diagnostic("E230", message, learner.source, variable.span, label))
    if problems:
        raise ScmError(problems)


def compare_diagrams(truth: CausalModel, learner: CausalModel) -> tuple[Diagnostic, ...]:
    """A warning W230 where the learner's diagram is not the latent projection of the truth's.

    Evaluating a learner with wrong assumptions is legitimate, but its scores then mean something else.
    """
    names = [variable.name for variable in learner.observed]
    true, assumed = (projection(model, names) for model in (truth, learner))
    notes = [
        *_differences(true.directed, assumed.directed, "->"),
        *_differences(true.bidirected, assumed.bidirected, "<->"),
    ]
    if not notes:
        return ()
    message = f"`{learner.name}` does not have the diagram of `{truth.name}`: {'; '.join(notes)}"
    helps = ("roles (target, descendant, non-descendant) are those of the truth",)
    return (Diagnostic("W230", message, helps=helps),)


def projection(model: CausalModel, onto: Iterable[str]) -> Diagram:
    """The latent projection of a model's diagram onto some of its variables."""
    nodes = [variable.name for variable in model.endogenous]
    return Diagram.of(nodes, model.edges, model.confounded, observed=onto).latent_projection()


def _differences(
    true: Iterable[tuple[str, str]], assumed: Iterable[tuple[str, str]], arrow: str
) -> list[str]:
    edges, others = set(true), set(assumed)
    lacks = [f"it lacks {a} {arrow} {b}" for a, b in sorted(edges - others)]
    return lacks + [f"it adds {a} {arrow} {b}" for a, b in sorted(others - edges)]
