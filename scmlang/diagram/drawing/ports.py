"""Where edges meet a node: apart, so that their heads can be told from each other.

An edge aims at the middle of a node, which brings edges from nearly the same direction to nearly the same
place of its outline. Such a crowd is fanned out across its direction, in the order the edges come in.
"""

from __future__ import annotations

import cmath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scmlang.diagram.drawing.geometry import Box, Path, reverse, samples

APART, NEAR = 9.0, 8.0  # pixels between two heads, and where they are told to be too near
WIDEST = 0.65  # of half the node, how far from its middle an edge may aim
AWAY = 6  # samples from its end, where an edge is judged to come from

Ports = tuple[complex, complex]
Pair = tuple[int, int]


@dataclass(frozen=True)
class _End:
    """One end of an edge: ``at`` and ``origin`` are seen from the middle of the node."""

    edge: int
    last: bool
    at: complex
    origin: complex


@dataclass(frozen=True)
class Meeting:
    """The crowds at the nodes of a routed drawing.

    Attributes:
        crowds: each with the outline of its node.
    """

    crowds: tuple[tuple[Box, tuple[_End, ...]], ...]

    @classmethod
    def of(cls, paths: Sequence[Path], ends: Sequence[Pair], boxes: Sequence[Box]) -> Meeting:
        """Where paths meet nodes too near to each other; each path runs from the first node of its ends."""
        meeting: list[list[_End]] = [[] for _ in boxes]
        for i, (path, nodes) in enumerate(zip(paths, ends, strict=True)):
            for last, (node, seen) in enumerate(zip(nodes, (path, reverse(path)), strict=True)):
                points = samples(seen)
                centre = boxes[node].centre
                origin = points[min(AWAY, len(points) - 1)] - centre
                meeting[node].append(_End(i, bool(last), points[0] - centre, origin))
        found = ((box, crowd) for box, met in zip(boxes, meeting, strict=True) for crowd in _crowds(met))
        return cls(tuple((box, tuple(crowd)) for box, crowd in found if len(crowd) > 1))

    @property
    def size(self) -> int:
        """How many ends are too near to another."""
        return sum(len(crowd) for _, crowd in self.crowds)

    def fanned_out(self, ports: Sequence[Ports]) -> list[Ports]:
        """How far from the middles of its two nodes each edge should aim, which now aim at ``ports``."""
        found = [list(port) for port in ports]
        for box, crowd in self.crowds:
            for end, aim in _fan(crowd, box):
                found[end.edge][end.last] = aim
        return [(first, last) for first, last in found]


def _crowds(met: list[_End]) -> Iterator[list[_End]]:
    """Runs of ends around an outline that are too near to each other."""
    ring = sorted(met, key=lambda end: (cmath.phase(end.at), end.edge))
    gaps = [i for i in range(len(ring)) if abs(ring[i].at - ring[i - 1].at) >= NEAR]
    start = gaps[0] if gaps else 0
    ring = ring[start:] + ring[:start]
    crowd: list[_End] = []
    for end in ring:
        if crowd and abs(end.at - crowd[-1].at) >= NEAR:
            yield crowd
            crowd = []
        crowd.append(end)
    yield crowd


def _fan(crowd: Sequence[_End], box: Box) -> Iterator[tuple[_End, complex]]:
    mean = sum(end.at for end in crowd)
    ahead = mean / abs(mean) if abs(mean) > 1 else crowd[0].at / abs(crowd[0].at)
    order = sorted(crowd, key=lambda end: (cmath.phase(end.origin / ahead), end.edge))
    room = WIDEST * (abs(ahead.real) * box.half.imag + abs(ahead.imag) * box.half.real)
    step = min(APART, 2 * room / (len(crowd) - 1))
    for i, end in enumerate(order):
        yield end, 1j * ahead * step * (i - (len(crowd) - 1) / 2)
