"""Which counterfactual variables of a query coincide.

An atom V_pa = v says that V takes the value v where its parents take the values pa. In a model without
feedback Y_x = y, nested subscripts included, holds for a unit exactly where all atoms above it hold, for some
values of what is not named: that is counterfactual unnesting with the rules of consistency and exclusion
(Correa, Lee and Bareinboim, Nested counterfactual identification from arbitrary surrogate experiments,
arXiv:2107.03190). Two atoms of one variable whose parents have the same values are one atom, in whatever
worlds they arose, so their values are the same; that may make parents of others the same in turn. This
congruence closure is the merging that makes a counterfactual graph of parallel worlds (Shpitser and Pearl,
What counterfactuals can be tested, arXiv:1206.5294, make-cg), taken to its end. It is needed: without it an
event such as Y_x = y, Y = 1 - y, X = x is not seen to be impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scmlang.diagram.diagram import Diagram
from scmlang.identify.counterfactuals.vocabulary import Vocabulary
from scmlang.identify.estimand import At, Term
from scmlang.identify.estimand.nodes import symbols
from scmlang.semantics.quantities import Counterfactual, Held


@dataclass(frozen=True)
class Atom:
    """``variable`` has ``value`` where its parents have the values ``parents``."""

    variable: str
    parents: tuple[tuple[str, Term], ...]
    value: Term

    @property
    def assigned(self) -> tuple[tuple[str, Term], ...]:
        """The values of the parents, then that of the variable itself."""
        return *self.parents, (self.variable, self.value)

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols among them."""
        return symbols(term for _, term in self.assigned)

    def __str__(self) -> str:
        """``Y[X=1, Z]=0``."""
        inside = ", ".join(show_term(name, term) for name, term in self.parents)
        name = f"{self.variable}[{inside}]" if inside else self.variable
        if self.value == self.variable:
            return name
        return f"{name}={self.value.value if isinstance(self.value, At) else self.value}"


def show_term(variable: str, term: Term) -> str:
    """``X=1``, ``X=X'``, and ``X`` for the symbol of that name."""
    if isinstance(term, At):
        return f"{variable}={term.value}"
    return variable if term == variable else f"{variable}={term}"


Mechanism = tuple[str, tuple[Term, ...]]
Equation = tuple[Counterfactual, Term | Counterfactual]
Case = tuple[Equation, ...]  # events that happen together
Pairs = tuple[tuple[Term, Term], ...]


class Closure:
    """Atoms, closed under congruence, while events are put in.

    Attributes:
        impossible: whether some variable would have to have two values, so that the event never happens.
        tie: two terms, one of them a symbol that stands for each value in turn, which can only be the same.
    """

    def __init__(self, graph: Diagram, words: Vocabulary) -> None:
        """The closure of no event, on a graph over observed variables."""
        self.graph = graph
        self.impossible = False
        self.tie: tuple[Term, Term] | None = None
        self.words = words
        self._atoms: dict[Mechanism, Term] = {}
        self._bound: set[str] = set()
        self._same: dict[str, Term] = {}
        self._known: dict[Counterfactual, Term] = {}

    def restricted(self, keep: Iterable[Atom]) -> Closure:
        """Another closure, of some of its atoms."""
        other = Closure(self.graph, self.words)
        other.impossible, other.tie = self.impossible, self.tie
        other._bound, other._same = set(self._bound), dict(self._same)
        other._atoms = {(a.variable, tuple(term for _, term in a.parents)): a.value for a in keep}
        return other

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Every atom, in the order of causes."""
        place = {name: i for i, name in enumerate(self.graph.topological_order)}
        found = [
            Atom(v, tuple(zip(self._parents(v), pa, strict=True)), t) for (v, pa), t in self._atoms.items()
        ]
        return tuple(sorted(found, key=lambda atom: place[atom.variable]))

    @property
    def bound(self) -> frozenset[str]:
        """The symbols that a sum has to bind."""
        return frozenset(self._bound)

    # --- terms

    def value(self, node: Counterfactual) -> Term:
        """The term of a counterfactual variable; it and all above it become atoms."""
        if node not in self._known:
            self._known[node] = self._walk(node)
        return self.find(self._known[node])

    def _walk(self, node: Counterfactual) -> Term:
        held = {h.variable: h for h in node.world}
        above = self._above(node.variable, held)
        found: dict[str, Term] = {}
        for name in (n for n in self.graph.topological_order if n in above):
            if name in held:
                found[name] = self._held(held[name])
                continue
            mechanism = name, tuple(found[parent] for parent in self._parents(name))
            if mechanism not in self._atoms:
                self._atoms[mechanism] = self._new(name)
            found[name] = self._atoms[mechanism]
        return found[node.variable]

    def find(self, term: Term) -> Term:
        """What a term is now known to be."""
        while isinstance(term, str) and term in self._same:
            term = self._same[term]
        return term

    def equate(self, left: Term, right: Term) -> None:
        """Let two terms of one variable be the same."""
        waiting = [(left, right)]
        while waiting:
            for pair in waiting:
                self._unify(*pair)
            waiting = self._collapse()

    def terms(self, case: Case) -> Pairs:
        """The terms that events make equal."""
        return tuple(
            (self.value(node), self.value(value) if isinstance(value, Counterfactual) else value)
            for node, value in case
        )

    def open_terms(self, case: Case) -> Pairs:
        """Those that are not equal already."""
        return tuple(pair for pair in self.terms(case) if self.find(pair[0]) != self.find(pair[1]))

    def release(self, symbol: str) -> None:
        """No longer sum over a symbol: it stands for each value in turn."""
        self._bound.discard(symbol)

    def any_value(self, variable: str) -> Term:
        """Some value of a variable, where all are as good: one that is spoken of, if there is one."""
        terms = (term for atom in self.atoms for name, term in atom.assigned if name == variable)
        return next((t for t in terms if isinstance(t, At)), None) or self.words.symbol(variable)

    def _new(self, variable: str) -> str:
        symbol = self.words.symbol(variable)
        self._bound.add(symbol)
        return symbol

    def _held(self, held: Held) -> Term:
        if isinstance(held.value, Counterfactual):
            return self.value(held.value)
        return held.variable if held.value is None else self.words.at(held.variable, held.value)

    def _parents(self, name: str) -> Sequence[str]:
        return sorted(self.graph.parents(name))

    def _above(self, variable: str, held: dict[str, Held]) -> set[str]:
        """What the variable depends on in a world: its ancestors, as far as the nearest that are held."""
        found, waiting = {variable}, [variable]
        while waiting:
            name = waiting.pop()
            new = set() if name in held else self.graph.parents(name) - found
            found |= new
            waiting += new
        return found

    def _unify(self, left: Term, right: Term) -> None:
        a, b = self.find(left), self.find(right)
        if a == b:
            return
        if isinstance(b, str) and b in self._bound:
            a, b = b, a
        if isinstance(a, str) and a in self._bound:
            self._same[a] = b
            self._bound.remove(a)
        elif isinstance(a, At) and isinstance(b, At):
            self.impossible = True
        else:
            self.tie = a, b

    def _collapse(self) -> list[tuple[Term, Term]]:
        """Rewrite the atoms; the values of those that have become one."""
        found: dict[Mechanism, Term] = {}
        merged: list[tuple[Term, Term]] = []
        for (name, parents), value in self._atoms.items():
            mechanism = name, tuple(map(self.find, parents))
            before = found.setdefault(mechanism, self.find(value))
            if before != self.find(value):
                merged.append((before, value))
        self._atoms = found
        return [] if self.impossible or self.tie else merged
