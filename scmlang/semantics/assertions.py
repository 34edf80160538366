"""Assertions, resolved: what a model file claims about itself.

Two forms: a predicate (``independent``, ``identifiable``), or quantities with relations between them. Whether
a claim holds is for later phases to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scmlang.semantics.errors import suggestion
from scmlang.semantics.quantities import (
    Counterfactual,
    Event,
    Expectation,
    Probability,
    Quantity,
    counterfactuals,
    is_table,
    parts,
)
from scmlang.semantics.terms import PREDICATES, Terms
from scmlang.source import Span
from scmlang.syntax import ast

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Independence:
    """``independent(left, right | given)``: left ⊥ right given the variables."""

    left: tuple[Counterfactual, ...]
    right: tuple[Counterfactual, ...]
    given: tuple[Counterfactual, ...]

    @property
    def is_factual(self) -> bool:
        """Whether every variable is one of the actual world, so that the diagram decides."""
        return not any(variable.world for variable in (*self.left, *self.right, *self.given))


@dataclass(frozen=True)
class Identifiability:
    """``identifiable(quantity)``: the diagram and the distribution of what is observed determine it."""

    quantity: Quantity


@dataclass(frozen=True)
class Comparison:
    """``quantities[0] relations[0] quantities[1] …``, equality up to ``tolerance``."""

    quantities: tuple[Quantity, ...]
    relations: tuple[str, ...]
    tolerance: float


Claim = Independence | Identifiability | Comparison


@dataclass(frozen=True)
class Assertion:
    """A claim, or with ``negated`` its opposite; ``text`` is how the file writes it."""

    claim: Claim
    negated: bool
    text: str
    span: Span


def resolve_assertion(node: ast.Assertion, terms: Terms) -> Assertion | None:
    """Check an assertion against the model of ``terms``; None and a report for each mistake."""
    claim = _Assertions(terms).claim(node)
    text = terms.problems.source.text[node.span.start : node.span.end]
    return None if claim is None else Assertion(claim, node.negated, " ".join(text.split()), node.span)


class _Assertions:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.variables = terms.variables
        self.problems = terms.problems

    def claim(self, node: ast.Assertion) -> Claim | None:
        if node.relations:
            return self._comparison(node)
        first = node.quantities[0]
        if isinstance(first, ast.Application) and first.function.text in PREDICATES:
            if node.tolerance is not None:
                message, help = "a predicate has no tolerance", "leave it out: a predicate is true or false"
                self.problems.add("E085", message, node.tolerance.span, helps=[help])
                return None
            return self._independence(first) if first.function.text == "independent" else self._known(first)
        helps: Sequence[str] = ["compare it: `assert P(Y=1) == 0.5`"]
        if isinstance(first, ast.Application):
            helps = suggestion(first.function.text, PREDICATES) or helps
        self.problems.add("E083", "this assertion claims nothing", node.span, helps=helps)
        return None

    # --- predicates

    def _independence(self, node: ast.Application) -> Independence | None:
        usage = "write `independent(X, Y | Z)` or `independent({X, W}, Y)`"
        if len(node.arguments) != 2:
            self.problems.add("E077", "`independent` has two arguments", node.span, helps=[usage])
            return None
        left, right = (self._side((argument,), usage) for argument in node.arguments)
        given = self._side(node.conditions, usage)
        if left is None or right is None or given is None:
            return None
        seen: set[Counterfactual] = set()
        for side in (left, right, given):
            for variable in side:
                if variable in seen:
                    message = f"`{variable.variable}` is there twice"
                    self.problems.add("E082", message, node.span, helps=[usage])
                    return None
                seen.add(variable)
        return Independence(left, right, given)

    def _side(self, nodes: tuple[ast.Condition, ...], usage: str) -> tuple[Counterfactual, ...] | None:
        found: list[Counterfactual] = []
        sound = True
        for node in nodes:
            names = (
                [ast.Counterfactual(n.span, n, ()) for n in node.names]
                if isinstance(node, ast.Several)
                else [node]
            )
            for name in names:
                variable = self._independent(name, usage)
                sound = sound and variable is not None
                if variable is not None:
                    found.append(variable)
        return tuple(found) if sound else None

    def _independent(self, node: ast.Condition, usage: str) -> Counterfactual | None:
        """A variable of an independence, which may be latent, an image, or in another world."""
        if not isinstance(node, ast.Counterfactual):
            self.problems.add("E077", "`independent` is about variables", node.span, helps=[usage])
            return None
        if node.variable.text not in self.variables:
            self.problems.unknown_variable(node.variable.text, self.variables, node.variable.span)
            return None
        world = self.terms.worlds.world(node.subscript)
        return None if world is None else Counterfactual(node.variable.text, world)

    def _known(self, node: ast.Application) -> Identifiability | None:
        usage = "write `identifiable(P(Y | do(X)))`"
        if (
            len(node.arguments) != 1
            or node.conditions
            or isinstance(node.arguments[0], ast.Event | ast.Several)
        ):
            self.problems.add("E077", "`identifiable` has one argument, a quantity", node.span, helps=[usage])
            return None
        quantity = self.terms.quantity(node.arguments[0])
        return None if quantity is None else Identifiability(quantity)

    # --- comparisons

    def _comparison(self, node: ast.Assertion) -> Comparison | None:
        if node.negated:
            helps = ["write the opposite relation, `!=` for `==`"]
            self.problems.add("E083", "`not` stands before predicates only", node.span, helps=helps)
            return None
        tolerance = self._tolerance(node)
        quantities = [self._compared(quantity) for quantity in node.quantities]
        if tolerance is None or any(quantity is None for quantity in quantities):
            return None
        found = tuple(quantity for quantity in quantities if quantity is not None)
        if not any(self._speaks(quantity) for quantity in found):
            helps = ["assert something of the model: `assert P(Y=1) == 0.5`"]
            self.problems.add("E083", "no variable stands in this assertion", node.span, helps=helps)
            return None
        shapes = {_free(quantity) for quantity in found if is_table(quantity)}
        if any(not shape <= max(shapes, key=len) for shape in shapes):
            helps = ["give each variable a value, or ask about the same variables on both sides"]
            self.problems.add("E084", "these are tables over different variables", node.span, helps=helps)
            return None
        return Comparison(found, node.relations, tolerance)

    def _compared(self, node: ast.Quantity) -> Quantity | None:
        if isinstance(node, ast.Application) and node.function.text in PREDICATES:
            helps = [f"write `assert {node.function.text}(…)` or `assert not {node.function.text}(…)`"]
            message = f"`{node.function.text}` is true or false, and is not compared"
            self.problems.add("E084", message, node.span, helps=helps)
            return None
        return self.terms.quantity(node)

    def _tolerance(self, node: ast.Assertion) -> float | None:
        written = node.tolerance
        if written is None:
            return TOLERANCE
        if isinstance(written, ast.Number) and written.value >= 0:
            return float(written.value)
        message = "a tolerance is a number that is not negative"
        self.problems.add("E085", message, written.span, helps=["write, for instance, `within 0.01`"])
        return None

    @staticmethod
    def _speaks(quantity: Quantity) -> bool:
        return any(True for _ in counterfactuals(quantity))


def _free(quantity: Quantity) -> frozenset[str]:
    """The variables that a table has a column for."""
    names: set[str] = set()
    waiting = [quantity]
    while waiting:
        node = waiting.pop()
        listed = node.given if isinstance(node, Expectation) else ()
        listed = (*node.events, *node.given) if isinstance(node, Probability) else listed
        names |= {event.variable for event in listed if isinstance(event, Counterfactual)}
        names |= {h.variable for v in counterfactuals(node) for h in v.world if h.value is None}
        waiting += [part for part in parts(node) if not isinstance(part, Event)]
    return frozenset(names)
