"""A pair of distributions of one hidden cause as the texts of two models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

from scmlang.diagram.diagram import Diagram
from scmlang.pairs.search import Pair
from scmlang.pairs.units import Cause, Response, Units, configurations, parents_of
from scmlang.witness.proof import Claim


def written(pair: Pair, diagram: Diagram) -> Claim:
    """What two models are to prove; nodes of the diagram that play no part are coins."""
    return Claim(
        (_body(pair, 0, diagram), _body(pair, 1, diagram)),
        pair.question,
        {name: pair.units.levels[name] for name in pair.units.diagram.nodes},
        pair.sources,
        f"the chances of {pair.units.causes[0].name}",
    )


def _body(pair: Pair, side: int, diagram: Diagram) -> str:
    units = pair.units
    shares = [pair.chances[side], *(_shares(weights) for weights in units.weights)]
    used = [i for i, both in enumerate(zip(*pair.chances, strict=True)) if any(both)]
    first = units.causes[0]
    kept = replace(first, states=tuple(first.states[i] for i in used))
    causes = [kept, *units.causes[1:]]
    chances = [tuple(shares[0][i] for i in used), *shares[1:]]
    names = _names(causes, diagram)
    lines = [
        f"exogenous {name} ~ categorical({', '.join(map(str, chance))})"
        for cause, name, chance in zip(causes, names, chances, strict=True)
        if len(cause.states) > 1
    ]
    levels = {name: units.levels.get(name, range(2)) for name in diagram.nodes}
    binary = [name for name in diagram.nodes if levels[name] == range(2)]
    lines += ["", f"{', '.join(binary)}: binary"] if binary else [""]
    lines += [f"{n}: {r.start}..{r.stop - 1}" for n, r in levels.items() if n not in binary]
    lines.append("")
    rising: list[str] = []
    for node in diagram.nodes:
        if node not in units.diagram.nodes:
            lines.append(f"{node} ~ bernoulli(1/2)  # plays no part")
            continue
        named = [pair for pair in zip(causes, names, strict=True) if node in pair[0].variables]
        equation = _unwrapped(_equation(node, named, units))
        lines.append(f"{node} := {equation}")
        heeded = re.findall(r"\w+", equation)
        rising += [f"monotone {a} -> {b}" for a, b in sorted(units.monotone) if b == node and a in heeded]
    lines += ["", *rising] if rising else []
    return "\n".join([*lines, ""])


def _shares(weights: Sequence[int]) -> tuple[Fraction, ...]:
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def _names(causes: Sequence[Cause], diagram: Diagram) -> list[str]:
    """Names of the causes that no variable has."""
    taken = set(diagram.nodes)
    found = []
    for cause in causes:
        name = cause.name
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(name)
    return found


def _equation(node: str, causes: Sequence[tuple[Cause, str]], units: Units) -> str:
    """What the causes have a variable do, the first of them heeding the others."""
    (cause, name), *others = causes
    width = configurations(units.diagram, units.levels, node)
    if not others:
        return _response(node, cause.said(node), name, units)

    def choice(place: int, rest: Sequence[tuple[Cause, str]]) -> str:
        if not rest:
            return _response(node, cause.heeding(node, width, place), name, units)
        (other, label), *more = rest
        count = len(other.states)
        cases = [choice(place * count + state, more) for state in range(count)]
        found = cases[-1]
        for state, case in reversed(list(enumerate(cases[:-1]))):
            found = case if case == found else f"(if {label} == {state} then {case} else {found})"
        return found

    return choice(0, others)


def _response(node: str, responses: Sequence[Response], name: str, units: Units) -> str:
    """The value of a variable, for each state of one cause and the values of the parents."""
    levels = units.levels[node]
    if levels == range(2):
        return _where(1, responses, name, node, units)
    found = str(levels[-1])
    for place, level in reversed(list(enumerate(levels[:-1]))):
        where = _where(place, responses, name, node, units)
        if where != "0":
            found = str(level) if where == "1" else f"(if {where} then {level} else {found})"
    return found


def _where(level: int, responses: Sequence[Response], name: str, node: str, units: Units) -> str:
    """Where responses are at a level, as a disjunction over the levels of the parents."""
    cases = []
    parents = parents_of(units.diagram, node)
    for i, values in enumerate(product(*(units.levels[parent] for parent in parents))):
        ones = [k for k, response in enumerate(responses) if response[i] == level]
        held = [f"{p} == {v}" for p, v in zip(parents, values, strict=True)]
        if ones:
            cases.append([*held, _states(name, ones, len(responses))] if len(ones) < len(responses) else held)
    return _either(cases)


def _states(name: str, ones: Sequence[int], count: int) -> str:
    """``U >= 4``, or each state by its number."""
    if list(ones) == list(range(ones[0], count)) and len(ones) > 1:
        return f"{name} >= {ones[0]}"
    if list(ones) == list(range(len(ones))) and len(ones) > 1:
        return f"{name} <= {ones[-1]}"
    either = [f"{name} == {k}" for k in ones]
    return either[0] if len(ones) == 1 else f"({' or '.join(either)})"


def _unwrapped(text: str) -> str:
    """Without brackets around the whole."""
    depth = 0
    for i, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return text[1:-1] if text[:1] == "(" and i == len(text) - 1 else text
    return text


def _either(cases: Sequence[Sequence[str]]) -> str:
    if not cases:
        return "0"
    if not all(cases):
        return "1"
    both = [case[0] if len(case) == 1 else f"({' and '.join(case)})" for case in cases]
    return both[0] if len(both) == 1 else f"({' or '.join(both)})"
