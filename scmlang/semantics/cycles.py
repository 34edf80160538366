"""Cycles of a directed graph, one for each strongly connected component.

Components by Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1972, here with
an explicit stack; within one, a shortest cycle by breadth-first search.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator


def cycles(edges: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """A shortest cycle through the first node of each component that has one.

    Each cycle lists its nodes once, in the direction of the edges, from the first in edge order.
    """
    successors: dict[str, list[str]] = {}
    for cause, effect in edges:
        successors.setdefault(cause, []).append(effect)
        successors.setdefault(effect, [])
    position = {node: i for i, node in enumerate(successors)}
    found = []
    for component in _components(successors):
        first = min(component, key=position.__getitem__)
        cycle = _shortest(first, component, successors)
        if cycle:
            found.append(cycle)
    return found


def _shortest(first: str, component: set[str], successors: dict[str, list[str]]) -> tuple[str, ...]:
    """The shortest way from ``first`` back to itself; empty when there is none."""
    came: dict[str, str] = {}
    queue = deque([first])
    while queue:
        node = queue.popleft()
        for after in successors[node]:
            if after == first:
                return _path(first, node, came)
            if after in component and after not in came:
                came[after] = node
                queue.append(after)
    return ()


def _path(first: str, last: str, came: dict[str, str]) -> tuple[str, ...]:
    path = [last]
    while path[-1] != first:
        path.append(came[path[-1]])
    return tuple(reversed(path))


def _components(successors: dict[str, list[str]]) -> Iterator[set[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()

    def enter(node: str) -> tuple[str, Iterator[str]]:
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        return node, iter(successors[node])

    for root in successors:
        if root in index:
            continue
        work = [enter(root)]
        while work:
            node, remaining = work[-1]
            after = next(remaining, None)
            if after is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    yield _pop(node, stack, on_stack)
            elif after not in index:
                work.append(enter(after))
            elif after in on_stack:
                low[node] = min(low[node], index[after])


def _pop(root: str, stack: list[str], on_stack: set[str]) -> set[str]:
    component: set[str] = set()
    while root not in component:
        node = stack.pop()
        on_stack.remove(node)
        component.add(node)
    return component
