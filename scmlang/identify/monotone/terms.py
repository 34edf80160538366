"""Probabilities and means of several worlds, as sums over fewer worlds at a time."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product

from scmlang.identify.monotone.order import Arrow, Order, Setting
from scmlang.identify.monotone.thresholds import Literal, Polynomial, indicator
from scmlang.identify.monotone.thresholds import product as product_of
from scmlang.identify.monotone.unnesting import unnested, written
from scmlang.identify.terms import Listed, Term
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Event,
    Expectation,
    Held,
    Probability,
    Quantity,
    counterfactuals,
    replaced_event,
)

_RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
ORDERED = 4  # variables whose responses are compared in one term
EVENTS = 8  # about them: each may double the sum
LEVELS = 16  # of a variable whose mean is written by them


Key = tuple[str, tuple[tuple[str, int], ...]]  # a variable, and what of its world matters
Facts = Mapping[Key, int]


@dataclass(frozen=True)
class Atom:
    """An event of one response: its variable is at some of its levels, which are numbered from 0."""

    event: Event
    of: Counterfactual
    setting: Setting
    levels: tuple[int, ...]

    @property
    def key(self) -> Key:
        """The variable, and what of its world matters."""
        return self.of.variable, tuple(sorted(self.setting.items()))


@dataclass(frozen=True)
class Rewriting:
    """A quantity equal to a term, and the arrows that make it so."""

    quantity: Quantity
    arrows: frozenset[Arrow]


@dataclass
class _Responses:
    """The responses of some variables, by number, and which of them are at most which."""

    order: Order
    keys: list[Key] = field(default_factory=list)
    said: list[Counterfactual] = field(default_factory=list)
    used: set[Arrow] = field(default_factory=set)

    def number(self, atom: Atom) -> int:
        if atom.key not in self.keys:
            self.keys.append(atom.key)
            self.said.append(atom.of)
        return self.keys.index(atom.key)

    def below(self, low: int, high: int) -> bool:
        (one, first), (other, second) = self.keys[low], self.keys[high]
        arrows = self.order.below(one, dict(first), dict(second)) if one == other else None
        self.used |= arrows or frozenset()
        return arrows is not None

    def event(self, literal: Literal) -> Event:
        of = self.said[literal.response]
        domain = self.order.domains[of.variable]
        if literal.upper:
            relation = "=" if literal.level == domain.size - 1 else ">="
            return Event(relation, of, Constant(domain.offset + literal.level))
        relation, level = ("=", 0) if literal.level == 1 else ("<", literal.level)
        return Event(relation, of, Constant(domain.offset + level))


def rewritings(term: Term, order: Order) -> Iterator[Rewriting]:
    """Ways to write a term by thresholds, those of each variable being lower or upper ones.

    With A what is asked, B1 what is given of variables in several worlds, and B2 what else is given, the term
    is P(A, B1 | B2) / P(B1 | B2), and in the numerator's sum nothing is left that another part implies.
    """
    mean = _by_level(term, order) or unnested(term, order.domains)
    if mean is not None:
        yield Rewriting(mean, frozenset())
        return
    asked = term.events if isinstance(term, Probability) else ()
    simple = [atom for event in (*asked, *term.given) if (atom := _atom(event, order)) is not None]
    several = [name for name in dict.fromkeys(a.of.variable for a in simple) if _is_in_several(name, simple)]
    for names in ((), *((name,) for name in reversed(several) if len(several) > 1)):
        yield from _by_thresholds(term, order, simple, frozenset(names or several))
    if isinstance(term, Probability):
        yield from (Rewriting(whole, frozenset()) for whole in _composed(term, simple, order))


def _by_thresholds(
    term: Term, order: Order, simple: Sequence[Atom], names: frozenset[str]
) -> Iterator[Rewriting]:
    """With thresholds for some variables, what is said of the others being left as it is."""
    asked = term.events if isinstance(term, Probability) else ()
    everything = _atoms(simple, order, names)
    ordered = [name for name in _ordered(everything, (*asked, *term.given), order) if name in names]
    chosen = [atom for atom in everything if atom.of.variable in ordered]
    if not ordered or len(ordered) > ORDERED or len(chosen) > EVENTS:
        return
    events = {id(atom.event) for atom in chosen}
    plain = tuple(event for event in asked if id(event) not in events)
    facts = _facts((atom for atom in simple if atom.of.variable in ordered), order)
    longer = {id(a.event): _longer(a, facts, order) for a in simple if a.of.variable not in ordered}
    extended = tuple(longer.get(id(event), event) for event in plain)
    given = tuple(event for event in term.given if id(event) not in events)
    moved = tuple(event for event in term.given if id(event) in events)
    for upper in product((True, False), repeat=len(ordered)):
        ways = dict(zip(ordered, upper, strict=True))
        responses = _Responses(order)
        factors = [_indicator(atom, responses, upper=ways[atom.of.variable]) for atom in chosen]
        whole = product_of(factors, responses.below)
        of = term.of if isinstance(term, Expectation) else None
        for rest in dict.fromkeys((plain, extended)):
            numerator = _sum(whole, responses, rest, given, of)
            quantity = Arithmetic("/", numerator, Probability(moved, given)) if moved else numerator
            yield Rewriting(quantity, frozenset(responses.used))


def _indicator(atom: Atom, responses: _Responses, *, upper: bool) -> Polynomial:
    size = responses.order.domains[atom.of.variable].size
    return indicator(responses.number(atom), atom.levels, size, upper=upper)


# --- events


def _atoms(found: Sequence[Atom], order: Order, changed: frozenset[str]) -> list[Atom]:
    """Events of one response each, with what of their worlds matters.

    What is said of a variable is a fact for all others, if it is not written in another way.
    """
    facts = _facts((atom for atom in found if atom.of.variable not in changed), order)
    return [_extended(atom, found, facts, order) for atom in found]


def _facts(atoms: Iterable[Atom], order: Order) -> Facts:
    """The levels of responses that are said to be at one level."""
    return {
        atom.key: atom.levels[0] + order.domains[atom.of.variable].offset
        for atom in atoms
        if len(atom.levels) == 1
    }


def _longer(atom: Atom, facts: Facts, order: Order) -> Event:
    """The event with what facts say of the causes in its world held there too."""
    world = atom.of.world
    for name in sorted(order.above(atom.of.variable, atom.setting) - set(atom.setting)):
        key = name, tuple(sorted(order.restricted(name, atom.setting).items()))
        if key in facts:
            world = (*world, Held(name, facts[key]))
    return replaced_event(atom.event, lambda of: Counterfactual(of.variable, world))


def _composed(term: Probability, atoms: Sequence[Atom], order: Order) -> Iterator[Quantity]:
    """Sums over what a cause of a variable is in its world, where another world says something of it.

    P(A) = sum_z P(A, Z[w] = z), and Y[w] = Y[w, z] where Z[w] = z.
    """
    facts = {atom.key for atom in atoms if len(atom.levels) == 1}
    for one in atoms:
        above = order.above(one.of.variable, one.setting).intersection(order.domains) - set(one.setting)
        for name in sorted(above - {one.of.variable}):
            key = name, tuple(sorted(order.restricted(name, one.setting).items()))
            if key in facts or not any(_speaks(other, name, key, one) for other in atoms):
                continue
            facts.add(key)
            domain, at = order.domains[name], Counterfactual(name, one.of.world)
            cases = (Event("=", at, Constant(domain.offset + i)) for i in range(domain.size))
            yield written([(1, Probability((*term.events, case), term.given)) for case in cases])


def _speaks(other: Atom, name: str, key: Key, one: Atom) -> bool:
    """Whether another event holds a variable, or is about it in another world."""
    held = other.of.variable == one.of.variable and name in other.setting
    return held or (other.of.variable == name and other.key != key)


def _is_in_several(name: str, atoms: Sequence[Atom]) -> bool:
    """Whether more than one event is about a variable."""
    return sum(atom.of.variable == name for atom in atoms) > 1


def _atom(event: Event | Counterfactual, order: Order) -> Atom | None:
    match event:
        case Event(relation, Counterfactual() as of, Constant(value)):
            pass
        case Event(relation, Constant(value), Counterfactual() as of):
            relation = _FLIPPED.get(relation, relation)
        case _:
            return None
    domain, holds = order.domains.get(of.variable), _RELATIONS[relation]
    setting = order.setting(of.variable, of.world) if of.variable in order.diagram.nodes else None
    if domain is None or setting is None or isinstance(value, str):
        return None
    levels = tuple(i for i in range(domain.size) if holds(domain.offset + i, value))
    return Atom(event, of, setting, levels)


def _extended(
    atom: Atom,
    others: Sequence[Atom],
    facts: Facts,
    order: Order,
) -> Atom:
    """The same, with what is known of its world and other worlds hold: Y_w = Y_{w, X=x} where X_w = x."""
    setting = dict(atom.setting)
    named = {name for other in others if other.of.variable == atom.of.variable for name in other.setting}
    for name in sorted(named - set(setting)):
        key = (name, tuple(sorted(order.restricted(name, atom.setting).items())))
        if key in facts:
            setting[name] = facts[key]
    return Atom(atom.event, atom.of, order.restricted(atom.of.variable, setting), atom.levels)


def _ordered(atoms: Sequence[Atom], events: Listed, order: Order) -> list[str]:
    """The variables of which two comparable responses are spoken of, and only by levels."""
    plain = {id(atom.event) for atom in atoms}
    opaque = {c.variable for event in events if id(event) not in plain for c in counterfactuals(event)}
    names = list(dict.fromkeys(atom.of.variable for atom in atoms))
    return [name for name in names if name not in opaque and _comparable(name, atoms, order)]


def _comparable(name: str, atoms: Sequence[Atom], order: Order) -> bool:
    mine = {atom.key: atom.setting for atom in atoms if atom.of.variable == name}
    return any(order.below(name, one, other) is not None for one, other in permutations(mine.values(), 2))


# --- sums


def _sum(
    whole: Polynomial, responses: _Responses, rest: Listed, given: Listed, of: Quantity | None
) -> Quantity:
    """The polynomial as a sum of probabilities, or of what ``of`` adds to its mean where they happen."""
    parts: list[tuple[int, Quantity]] = []
    for monomial, weight in sorted(whole.items(), key=lambda item: (-item[1], sorted(item[0]))):
        events = (*rest, *map(responses.event, sorted(monomial)))
        part: Quantity = Probability(events, given) if events else Constant(1)
        if of is not None:
            mean = Expectation(of, (*events, *given))
            part = Arithmetic("*", mean, part) if events else mean
        parts.append((weight, part))
    return written(parts)


def _by_level(term: Term, order: Order) -> Quantity | None:
    """The mean of a variable of finitely many levels, by their probabilities; None for other terms."""
    of = term.of if isinstance(term, Expectation) else None
    domain = order.domains.get(of.variable) if isinstance(of, Counterfactual) else None
    if of is None or domain is None or domain.size > LEVELS:
        return None
    values = range(domain.offset, domain.offset + domain.size)
    chances = (Probability((Event("=", of, Constant(v)),), term.given) for v in values)
    return written([(v, chance) for v, chance in zip(values, chances, strict=True) if v])
