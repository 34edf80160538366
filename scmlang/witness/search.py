"""Two models for a query, found and proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.identify.ask import read_experiment
from scmlang.identify.hedge import Hedge
from scmlang.identify.hidden import seen
from scmlang.identify.query import identify_query
from scmlang.pairs.question import questions
from scmlang.pairs.search import Pair, graphs, pairs
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
    experiments: Sequence[frozenset[str]] = (),
) -> tuple[str, str]:
    """Two fully specified models that agree on the data and differ in a quantity, as texts.

    Args:
        diagram: latent nodes are projected out first.
        quantity: resolved against ``variables``; it is not identifiable.
        variables: of the model.
        experiments: sets of observed variables that were held, besides observation.

    Returns:
        The texts of two models over finite variables, confirmed by the exact engine in fractions. Their
        assertions say what agrees and what differs. Where they can be, all probabilities of the data are
        positive.

    Raises:
        ScmError: E356 where none were found, as for a quantity that is identifiable.
    """
    projected = diagram.latent_projection()
    shown = show_quantity(quantity, variables)
    claim = _parity(projected, quantity, variables, experiments)
    if claim is not None and len(claim.levels) > SMALL:
        return proved(claim, projected, shown)
    region = projected if claim is None else projected.subgraph(claim.levels)
    spare: Pair | None = None
    identified = True
    for graph in graphs(region, quantity, variables, experiments):
        identified = False
        for question in questions(quantity, variables):
            for pair in pairs(graph, question, experiments):
                if pair.positive:
                    return proved(written(pair, projected), projected, shown)
                spare = spare or pair
        if spare is not None:
            return proved(written(spare, projected), projected, shown)
    if claim is not None:
        return proved(claim, projected, shown)
    raise _none(shown, identified=identified)


def _parity(
    diagram: Diagram,
    quantity: Quantity,
    variables: Mapping[str, Variable],
    experiments: Sequence[frozenset[str]],
) -> Claim | None:
    """Sums modulo 2, where a hedge rules out the effect that is asked about, from observation."""
    found = identify_query(diagram, quantity, variables, experiments)
    if not isinstance(found.witness, Hedge):
        return None
    for question in questions(quantity, variables):
        return parity(diagram, found.witness, question)
    return None


def witness_of(compilation: Compilation, text: str, experiments: Iterable[str] = ()) -> tuple[str, str]:
    """:func:`witness` for a query as text, or the query of that name, and experiments such as ``do(Z)``.

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
    held = [read_experiment(words, model) for words in experiments]
    return witness(compilation.diagram, query, model.variables, held)


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
