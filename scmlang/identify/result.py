"""What identification finds out about a query: the verdict, an estimand or a witness, and the steps to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from scmlang.diagram.region import Edge, Region
from scmlang.identify.estimand import LATEX, Estimand, show
from scmlang.semantics.quantities import Quantity

__all__ = [
    "CASES",
    "PARTS",
    "SCHEMA",
    "UNWRITTEN",
    "Edge",
    "Identification",
    "Knowledge",
    "Region",
    "Settle",
    "Step",
    "Witness",
    "left_open",
    "listed",
    "undecided",
]

SCHEMA = 1
PARTS = "parts are not identifiable, and whether they cancel has not been decided"
UNWRITTEN = "estimands are sums, products and quotients of distributions, and this is something else of them"
CASES = "single cases of its events are not identifiable, and whether their sum is has not been decided"


class Witness(Protocol):
    """Why a quantity is not identifiable: a hedge, a thicket, an inconsistent counterfactual factor."""

    def __str__(self) -> str:
        """One clause."""
        ...

    def to_json(self) -> dict[str, Any]:
        """``{"kind": …}`` and what it consists of."""
        ...

    def regions(self) -> tuple[Region, ...]:
        """The parts of the diagram to be coloured, the larger ones first; none where nothing can be shown."""
        ...


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Attributes:
        rule: what allows it: ``ID, line 4``, ``do-calculus, rule 2``.
        text: what is done, one sentence without a full stop.
    """

    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


@dataclass(frozen=True)
class Identification:
    """The answer to whether data determine a quantity.

    Attributes:
        query: the quantity as canonical text.
        identifiable: the verdict; None where it is not decided, and ``notes`` say why.
        method: what decided it: ``back-door``, ``adjustment``, ``front-door``, ``ID``, ``IDC``, ``gID``,
            ``gIDC``, ``ID*``, ``IDC*``, ``ctf-ID`` …; ``latent`` where the query depends on
            what no data show.
        estimand: the quantity in terms of the data, where it is identifiable and estimands can say it.
        witness: what rules that out, where it is not.
        steps: the derivation, for ``--explain``.
        notes: what else a reader should know, one sentence each: an instrument, say, and what it gives.
    """

    query: str
    identifiable: bool | None
    method: str
    estimand: Estimand | None = None
    witness: Witness | None = None
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """``identifiable, by ID``, or what else was found."""
        if self.identifiable:
            criterion = self.method in ("back-door", "adjustment", "front-door")
            return f"identifiable, by {f'the {self.method} criterion' if criterion else self.method}"
        by = "" if self.method == "latent" else f", by {self.method}"
        if self.identifiable is None:
            return f"not decided{by}"
        because = f": there is {self.witness}" if self.witness is not None else ""
        return f"not identifiable{by}{because}"

    def __str__(self) -> str:
        """The query, with its formula where it has one, and the verdict on a line of its own."""
        formula = "" if self.estimand is None else f" = {show(self.estimand)}"
        return f"{self.query}{formula}\n{self.verdict}"

    def to_json(self) -> dict[str, Any]:
        """As JSON's values, schema 1."""
        found = self.estimand
        return {
            "schema": SCHEMA,
            "query": self.query,
            "identifiable": self.identifiable,
            "method": self.method,
            "estimand": None if found is None else show(found),
            "estimand_latex": None if found is None else show(found, LATEX),
            "witness": None if self.witness is None else self.witness.to_json(),
            "steps": [{"rule": step.rule, "text": step.text} for step in self.steps],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Knowledge:
    """What is known beside the diagram.

    Attributes:
        experiments: sets of observed variables that were held, each at all of their values.
        observed: whether there is observation too, where nothing is held.
        monotone: arrows of the latent projection along which no effect falls as its cause rises.
    """

    experiments: tuple[frozenset[str], ...] = ()
    observed: bool = True
    monotone: frozenset[Edge] = frozenset()


class Settle(Protocol):
    """What decides a quantity that the rules of identification leave open, given what is known."""

    def __call__(self, found: Identification, quantity: Quantity, known: Knowledge, /) -> Identification:
        """``found``, or the same with a verdict."""
        ...


def left_open(found: Identification, quantity: Quantity, known: Knowledge, /) -> Identification:
    """No further decision."""
    return found


def undecided(note: str) -> bool:
    """Whether a note says that refusals of parts have been left open, of the whole."""
    return note in (PARTS, CASES)


def listed(names: Iterable[str]) -> str:
    """``{A, B}``, sorted."""
    return f"{{{', '.join(sorted(names))}}}"
