"""Questions of identification as people type them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.identify.adjustment import AdjustmentSets, adjustment_sets
from scmlang.identify.hidden import seen
from scmlang.identify.query import Experiments, identify_query
from scmlang.identify.result import Identification, Knowledge, Settle, left_open
from scmlang.semantics.errors import Problems
from scmlang.semantics.model import CausalModel, Role
from scmlang.semantics.quantities import Counterfactual, Held, Probability, Quantity
from scmlang.semantics.queries import Edit, Intervention, Query, read_query, show
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.parser import parse_query

_EXPERIMENT = "write the variables that were held, each at all of its values: `do(Z)` or `do(Z, W)`"


def ask(
    model: CausalModel,
    diagram: Diagram,
    text: str,
    experiments: Iterable[str] = (),
    settle: Settle = left_open,
    *,
    observed: bool = True,
) -> Identification:
    """Whether observation and experiments determine a query, or the query of that name in the model.

    ``do(X=1)`` alone asks about all other observed variables, the edit of an image about its distribution.

    Args:
        model: whose query it is.
        diagram: its diagram.
        text: the query.
        experiments: each as ``do(Z)``.
        settle: decides what the rules of identification leave open.
        observed: whether there is observation beside the experiments.

    Raises:
        ScmError: for mistakes in the query, E320 or E322 for those in an experiment, and E323 where there
            is neither observation nor an experiment.
    """
    query = read_query(text, model)
    held = [read_experiment(words, model) for words in experiments]
    if not (observed or held):
        message = "without observation and without an experiment there are no data"
        helps = ('name an experiment: `--given-experiments "do(Z)"`',)
        raise ScmError([Diagnostic("E323", message, helps=helps)])
    found = judged(model, diagram, _quantity(query, model), held, settle, observed=observed)
    return replace(found, query=show(query, model.variables))


def judged(
    model: CausalModel,
    diagram: Diagram,
    quantity: Quantity,
    experiments: Experiments = (),
    settle: Settle = left_open,
    *,
    observed: bool = True,
    formula: bool = True,
) -> Identification:
    """The verdict on a quantity, that of ``identify`` and of each answer's status line alike.

    What is hidden and does not matter is let go first; then it is for
    :func:`~scmlang.identify.query.identify_query`, and for ``settle`` where that leaves it open. Last comes
    what the model declares monotone (:mod:`scmlang.identify.monotone`).

    Args:
        model: whose quantity it is.
        diagram: its diagram, or an ancestral part that has all that the quantity names.
        quantity: resolved against the model.
        experiments: sets of observed variables that were held.
        settle, observed: as in :func:`ask`.
        formula: as in :func:`~scmlang.identify.query.identify_query`.
    """
    left = seen(quantity, model)

    def decide(part: Quantity) -> Identification:
        return identify_query(
            diagram,
            part,
            model.variables,
            experiments,
            observed=observed,
            known=left.known,
            formula=formula,
        )

    known = Knowledge(tuple(experiments), observed)
    found = decide(left.quantity)
    if not left.known:
        found = settle(found, left.quantity, known)
    hidden = _is_hidden_monotone(model)
    if found.identifiable or not model.monotone or (left.known and not hidden):
        return found
    from scmlang.identify.monotone import with_monotone

    refute = left_open if hidden else settle
    return with_monotone(
        found, diagram, left.quantity, model.variables, model.monotone, decide, known, refute
    )


def _is_hidden_monotone(model: CausalModel) -> bool:
    """Whether values of a hidden variable have an order that a mechanism is held to."""
    ends = {name for arrow in model.monotone for name in arrow}
    return any(model.variables[name].role is not Role.OBSERVED for name in ends)


def _quantity(query: Query, model: CausalModel) -> Quantity:
    if not isinstance(query, Intervention | Edit):
        return query
    order = list(model.variables)
    settings = sorted(query.settings.items(), key=lambda item: order.index(item[0]))
    world = tuple(Held(name, value) for name, value in settings)
    if isinstance(query, Edit):
        return Probability((Counterfactual(query.variable, world),), (Counterfactual(query.variable),))
    others = (v.name for v in model.observed if v.name not in query.settings)
    return Probability(tuple(Counterfactual(name, world) for name in others))


def read_experiment(text: str, model: CausalModel) -> frozenset[str]:
    """The variables that an experiment such as ``do(Z)`` holds.

    Raises:
        ScmError: E320 for another text, E322 for a latent variable, and for an unknown name.
    """
    source = Source("<experiment>", text)
    problems = Problems(source)
    tree = parse_query(source)
    if not isinstance(tree, ast.Do):
        problems.add("E320", "this is no experiment", Span(0, len(text)), helps=[_EXPERIMENT])
        raise ScmError(problems.sorted())
    for setting in tree.settings:
        _check_setting(setting, model, problems)
    problems.raise_errors()
    return frozenset(setting.variable.text for setting in tree.settings)


def _check_setting(setting: ast.Setting | ast.Counterfactual, model: CausalModel, problems: Problems) -> None:
    name = setting.variable
    variable = model.variables.get(name.text)
    if isinstance(setting, ast.Counterfactual) or setting.value is not None:
        message = f"an experiment on `{name.text}` is taken to have been made at each of its values"
        problems.add("E320", message, setting.span, helps=[_EXPERIMENT])
    elif variable is None:
        problems.unknown_variable(name.text, model.variables, name.span)
    elif variable.role is not Role.OBSERVED:
        message = f"`{name.text}` is not observed, so no experiment can hold it"
        problems.add("E322", message, name.span)


def ask_adjustment(
    model: CausalModel,
    diagram: Diagram,
    x: Iterable[str],
    y: Iterable[str],
    require: Iterable[str] = (),
    forbid: Iterable[str] = (),
) -> AdjustmentSets:
    """The adjustment sets for the total effect of ``x`` on ``y``, all of them names as people type them.

    Raises:
        ScmError: for an unknown name, E321 for names that overlap, E322 for a latent variable.
    """
    parts = {"cause": tuple(x), "outcome": tuple(y), "required": tuple(require), "forbidden": tuple(forbid)}
    for names in parts.values():
        for name in names:
            _check_observed(name, model)
    for one, other in (
        ("cause", "outcome"),
        ("cause", "required"),
        ("outcome", "required"),
        ("required", "forbidden"),
    ):
        both = sorted(set(parts[one]) & set(parts[other]))
        if both:
            message = f"`{both[0]}` is both {one} and {other}"
            raise ScmError([Diagnostic("E321", message)])
    return adjustment_sets(diagram, *parts.values())


def _check_observed(name: str, model: CausalModel) -> None:
    variable = model.variables.get(name)
    if variable is None:
        problems = Problems(Source("<variable>", name))
        problems.unknown_variable(name, model.variables, Span(0, len(name)))
        raise ScmError(problems.sorted())
    if variable.role is not Role.OBSERVED:
        message = f"`{name}` is not observed, and adjustment is about what is"
        raise ScmError([Diagnostic("E322", message, model.source, variable.span)])
