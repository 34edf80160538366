"""Arrows of the latent projection along which an effect never falls as its cause rises."""

from __future__ import annotations

from collections.abc import Collection

from scmlang.diagram.diagram import Diagram

Pair = tuple[str, str]


def monotone_arrows(diagram: Diagram, declared: Collection[Pair]) -> frozenset[Pair]:
    """The arrows of the latent projection that are monotone because arrows of the diagram are.

    X -> Y stands there for all directed paths from X to Y through latent nodes. Mechanisms that do not fall,
    one put into the other, do not fall. So Y never falls as X rises, with all other observed variables
    and all noise alike, where every arrow of these paths is monotone.

    Args:
        diagram: with its latent nodes.
        declared: arrows (cause, effect) of it.
    """
    return frozenset(
        (cause, effect)
        for cause in diagram.nodes
        if cause in diagram.observed
        for effect in _risen(diagram, declared, cause)
    )


def _risen(diagram: Diagram, declared: Collection[Pair], cause: str) -> frozenset[str]:
    """The observed nodes to which there are paths through latent ones, all of them of monotone arrows."""
    reached: dict[bool, set[str]] = {True: set(), False: set()}  # by whether all arrows are monotone so far
    waiting = [(cause, True)]
    while waiting:
        node, rises = waiting.pop()
        for effect in diagram.effects(node):
            still = rises and (node, effect) in declared
            if effect not in reached[still]:
                reached[still].add(effect)
                if effect not in diagram.observed:
                    waiting.append((effect, still))
    return frozenset((reached[True] - reached[False]) & diagram.observed)
