"""Which response functions of a district are independent of which others.

A hidden cause acts on a maximal set of variables that bidirected edges join, each two of them. In a district
D of such causes let K be the variables that are joined to all others, and C_1, …, C_k the components of the
rest. Then P is the distribution of the responses of D in some model if and only if its marginal over D - K is
a product over the C_i, and each factor of it is, in turn, such a distribution for C_i:

* A maximal clique holds K and lies in K and one C_i, where k > 1. So the causes of different C_i are
  different, and their responses independent.
* Given such a P, each C_i has causes that give its factor, by induction. Those in K see all of these causes,
  so they may draw their responses from P given the others', with noise that is added to one of the causes.
  Finite causes do: P has finitely many cells.

The recursion ends at cliques, where any distribution is one, if every district on the way has such a K: the
bidirected graph is trivially perfect then, without an induced path or cycle of four nodes (Golumbic,
Trivially perfect graphs, Discrete Mathematics 1978). Elsewhere independence of what is not joined still
holds, and there is more to a P than that.
"""

from __future__ import annotations

from dataclasses import dataclass

from scmlang.diagram.bitgraph import BitGraph, Mask, bits

Pair = tuple[Mask, Mask]


@dataclass(frozen=True)
class Independences:
    """What is independent in a district.

    Attributes:
        pairs: sets whose responses are independent.
        complete: whether every distribution with these independences is one of a model.
    """

    pairs: tuple[Pair, ...]
    complete: bool


def independences(graph: BitGraph, district: Mask) -> Independences:
    """Those of a set that bidirected edges connect."""
    central = universal(graph, district)
    if central == district:
        return Independences((), True)
    if not central:
        return Independences(_of_single(graph, district), False)
    parts = graph.districts(district & ~central)
    rest = district & ~central
    pairs: list[Pair] = []
    for part in parts[:-1]:
        rest &= ~part
        pairs.append((part, rest))
    inner = [independences(graph, part) for part in parts]
    pairs += [pair for one in inner for pair in one.pairs]
    return Independences(tuple(pairs), all(one.complete for one in inner))


def universal(graph: BitGraph, members: Mask) -> Mask:
    """Those of some variables that share an unobserved cause with each other one of them."""
    return sum(1 << i for i in bits(members) if not members & ~graph.spouses[i] & ~(1 << i))


def _of_single(graph: BitGraph, district: Mask) -> tuple[Pair, ...]:
    """Each variable and all that it is not joined to, where nobody is joined to all."""
    found: list[Pair] = []
    for i in bits(district):
        apart = district & ~graph.spouses[i] & ~(1 << i)
        if (apart, 1 << i) not in found:
            found.append((1 << i, apart))
    return tuple(found)


def atoms(pairs: tuple[Pair, ...], members: Mask) -> list[Mask]:
    """The coarsest partition of the variables in some pair of which each side of a pair is a union."""
    found: dict[tuple[bool, ...], Mask] = {}
    for i in bits(members):
        key = tuple(bool(side >> i & 1) for pair in pairs for side in pair)
        if any(key):
            found[key] = found.get(key, 0) | 1 << i
    return list(found.values())
