"""Two models for a query, found and proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scmlang.bounds.problem import mentioned
from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.diagram.monotone import monotone_arrows
from scmlang.diagram.region import Edge
from scmlang.identify.ask import read_experiment
from scmlang.identify.hedge import Hedge
from scmlang.identify.hidden import seen
from scmlang.identify.query import identify_query
from scmlang.identify.result import Knowledge
from scmlang.pairs.question import questions
from scmlang.pairs.search import Pair, asked, graphs, pairs
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.quantities import Quantity, show_quantity
from scmlang.semantics.queries import Edit, Intervention, read_query, show
from scmlang.witness.parity import parity
from scmlang.witness.proof import Claim, proved
from scmlang.witness.written import written

SMALL = 5  # variables, for which pairs are sought first: their texts are shorter


def witness(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge | None = None,
) -> tuple[str, str]:
    """Two fully specified models that agree on the data and differ in a quantity, as texts.

    Args:
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``; it is not identifiable.
        variables: of the model.
        known: the data, and what is monotone in both models.

    Returns:
        The texts of two models over finite variables, confirmed by the exact engine in fractions. Their
        assertions say what agrees and what differs. Where they can be, all probabilities of the data are
        positive.

    Raises:
        ScmError: E356 where none were found, as for a quantity that is identifiable.
    """
    projected = diagram.latent_projection()
    shown = show_quantity(quantity, variables)
    known = _bearing_on(quantity, projected, known or Knowledge())
    claim = _parity(projected, quantity, variables, known)
    if claim is not None and len(claim.levels) > SMALL:
        return proved(claim, projected, shown)
    region = projected if claim is None else projected.subgraph(claim.levels)
    spare: Pair | None = None
    identified = True
    for graph in graphs(region, quantity, variables, known):
        identified = False
        for question in asked(quantity, variables, known):
            for pair in pairs(graph, question, known):
                if pair.positive:
                    return proved(written(pair, projected), projected, shown)
                spare = spare or pair
        if spare is not None:
            return proved(written(spare, projected), projected, shown)
    if claim is not None:
        return proved(claim, projected, shown)
    raise _none(shown, identified=identified)


def _bearing_on(quantity: Quantity, diagram: Diagram, known: Knowledge) -> Knowledge:
    """The same, of the arrows those on which the quantity depends."""
    above = diagram.ancestors(*mentioned(quantity))
    return replace(known, monotone=frozenset(arrow for arrow in known.monotone if arrow[1] in above))


def _parity(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    known: Knowledge,
) -> Claim | None:
    """Sums modulo 2, where a hedge rules out the effect that is asked about, from observation."""
    if known.monotone or not known.observed:
        return None
    found = identify_query(diagram, quantity, variables, known.experiments)
    if not isinstance(found.witness, Hedge):
        return None
    for question in questions(quantity, variables):
        return parity(diagram, found.witness, question)
    return None


def witness_of(
    compilation: Compilation,
    text: str,
    experiments: Iterable[str] = (),
    *,
    observed: bool = True,
    monotone: Iterable[Edge] = (),
) -> tuple[str, str]:
    """:func:`witness` for a query as text, or the query of that name.

    Args:
        compilation: of the model.
        text: the query.
        experiments: each as ``do(Z)``.
        observed: whether there is observation beside the experiments.
        monotone: arrows along which no effect falls, beside those that the model declares.

    Raises:
        ScmError: for mistakes in these, and as :func:`witness`.
    """
    model = compilation.model
    query = read_query(text, model)
    if isinstance(query, Intervention | Edit):
        message = f"`{show(query, model.variables)}` is an action, and two models differ in a number"
        helps = ("ask for a probability, such as `P(Y=1 | do(X=1))`",)
        raise ScmError([Diagnostic("E356", message, helps=helps)])
    _check_seen(query, model)
    held = tuple(read_experiment(words, model) for words in experiments)
    arrows = frozenset(monotone) | monotone_arrows(compilation.diagram, model.monotone)
    known = Knowledge(held, observed, arrows)
    return witness(compilation.diagram, query, model.variables, known)


def _check_seen(query: Quantity, model: CausalModel) -> None:
    """That no latent variable is left in a query.

    Raises:
        ScmError: E356, which says why that needs no search.
    """
    left = seen(query, model)
    hidden = [str(one.witness) for one in left.known.values() if one.witness is not None]
    if hidden:
        message = (
            f"no two models are written for `{show_quantity(query, model.variables)}`: it names {hidden[0]}"
        )
        helps = (
            "exchange two of its values, in its equation and in those that use it: the data stay the same",
        )
        raise ScmError([Diagnostic("E356", message, helps=helps)])


def _none(shown: str, *, identified: bool) -> ScmError:
    why = "it is identifiable" if identified else "the search was cut short"
    return ScmError([Diagnostic("E356", f"no two models were found that differ in `{shown}`: {why}")])
