"""A typed query to a number, or a table of numbers, from a trained model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scmlang.answers import Answer, question_of
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.learned.tables import read_tables
from scmlang.learned.units import LearnedProposal
from scmlang.neural.fitted import Fitted, fitted
from scmlang.sampled import UNITS, Method, answer_model, sample_query
from scmlang.semantics.model import CausalModel
from scmlang.semantics.quantities import Counterfactual, Event, Quantity, World, counterfactuals
from scmlang.semantics.queries import Edit, Intervention, read_query, show
from scmlang.train.artefact import Artefact

STATUS = "estimated"


def asks_for_pictures(artefact: Artefact, text: str) -> bool:
    """Whether a query of a run is answered by edited pictures, not by numbers.

    Raises:
        ScmError: for mistakes in the query.
    """
    query = read_query(text, artefact.causal_model)
    return isinstance(query, Edit) or (isinstance(query, Intervention) and artefact.plan.image is not None)


def answer_learned(
    artefact: Artefact, text: str, method: Method = Method.auto, *, units: int = UNITS, seed: int = 0
) -> Answer:
    """The answer of a trained model to a query about its labels.

    It is estimated whatever the method, for the mechanisms were; its identification says whether other
    mechanisms that fit as well would answer the same.

    Args:
        artefact: the run.
        text: a quantity such as ``P(B[C=1] | C=0)``, or ``do(X=1)`` of a run without an image.
        method: by default exactly in the learned model where what is asked has tables, else by sampling.
        units: how many to draw for each evidence.
        seed: of the draws.

    Raises:
        ScmError: for mistakes in the query; E220 where a mechanism reads the image, E221 for an exact answer
            about what has no table; what :func:`~scmlang.sampled.answer_model` and
            :func:`~scmlang.sampled.sample_query` raise.
        ValueError: for what asks for pictures.
    """
    model = artefact.causal_model
    query = read_query(text, model)
    if isinstance(query, Edit) or asks_for_pictures(artefact, text):
        raise ValueError("this asks for pictures, which scmlang.query.answer_query edits")
    names = _asked(query, model)
    _require_distributions(artefact)
    learned = fitted(artefact.model, model.name)
    tables = None if names & learned.left_out.keys() else read_tables(learned)
    if tables is not None:
        found = answer_model(tables, show(query, model.variables), method, units=units, seed=seed)
    else:
        if method is Method.exact:
            raise _no_table(names, learned)
        found = sample_query(
            model,
            query,
            units=units,
            seed=seed,
            propose=lambda model, evidence: LearnedProposal(artefact.model, model, evidence),
        )
    run = f"run {artefact.run.folder}, step {artefact.step}"
    return replace(
        found,
        query=show(query, model.variables),
        status=STATUS,
        method=f"{found.method} in the learned model; {run}",
        question=question_of(model, query),
    )


def _asked(query: Quantity | Intervention, model: CausalModel) -> set[str]:
    """The variables that a query speaks of; of an intervention all that are observed, too."""
    if isinstance(query, Intervention):
        return {variable.name for variable in model.observed} | query.settings.keys()
    return set(_named(query))


def _named(node: Quantity | Event) -> Iterator[str]:
    for variable in counterfactuals(node):
        yield variable.variable
        yield from _held(variable.world)


def _held(world: World) -> Iterator[str]:
    for held in world:
        yield held.variable
        if isinstance(held.value, Counterfactual):
            yield held.value.variable
            yield from _held(held.value.world)


def _require_distributions(artefact: Artefact) -> None:
    reading = artefact.model.reads_image
    if reading:
        message = (
            f"the mechanism of {_listed(reading)} reads the image, so this model says nothing of labels "
            "without a picture"
        )
        helps = ("ask for the edit of a picture", "learn the labels by `table` or `mlp`")
        raise ScmError([Diagnostic("E220", message, helps=helps)])


def _no_table(names: set[str], learned: Fitted) -> ScmError:
    """E221: the answer can only be estimated from units."""
    message = "the tables of this trained model are together more than a model text may hold"
    for name in sorted(names & learned.left_out.keys()):
        message = f"`{name}` has no table in the trained model: {learned.left_out[name]}"
    helps = ("ask with `--method sample`, or leave the method out",)
    return ScmError([Diagnostic("E221", message, helps=helps)])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
