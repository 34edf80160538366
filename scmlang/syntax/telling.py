"""Which state an error is told by, and what has been read there."""

from __future__ import annotations

from dataclasses import dataclass

from scmlang.source import Span
from scmlang.syntax.catalogue import Entry, catalogue
from scmlang.syntax.states import Item, Stack, States


@dataclass(frozen=True)
class Told:
    """A state that knows what is missing, as it is met behind a stack.

    Attributes:
        entry, item: the state's message, and the item of the state that it is found by.
        stack: what has been read, with what is complete put together.
        last: the place of what was read last.
    """

    entry: Entry
    item: Item
    stack: Stack
    last: Span


@dataclass(frozen=True)
class _Way:
    """One way to go on: how much it leaves open, after how many reductions, by which terminal."""

    open: int
    reductions: int
    terminal: str
    told: Told

    @property
    def rank(self) -> tuple[int, int, str]:
        return self.open, -self.reductions, self.terminal


class Teller:
    """Finds messages by the states of a table."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._found: dict[int, tuple[Entry, Item]] = {}

    def entry(self, state: int) -> tuple[Entry, Item]:
        """What is said of a state, and by which of its items.

        Raises:
            InternalError: when nothing is said of it.
        """
        if state not in self._found:
            self._found[state] = catalogue().find(self._states.kernels[state])
        return self._found[state]

    def tell(self, stack: Stack) -> tuple[Told, tuple[str, ...]]:
        """Where to tell what is missing behind ``stack``, and the terminals that may follow it.

        Of the ways in which a text may go on, the one that completes most is taken: behind the last
        argument of a function it is the function's closing bracket.
        """
        tried = (self._way(stack, terminal) for terminal in self._states.terminals(stack.states[-1]))
        ways = [way for way in tried if way is not None]
        return min(ways, key=lambda way: way.rank).told, tuple(way.terminal for way in ways)

    def _way(self, stack: Stack, terminal: str) -> _Way | None:
        """What ``terminal`` completes, and the first state on the way that has a message of its own."""
        told: Told | None = None
        last, steps, now = Span(0, 0), 0, stack.copy()
        try:
            for _ in self._states.outward(now, terminal):
                steps += 1
                if now.ends and not (last.end and self._states.repeats(now.states[-1])):
                    last = now.span(1)
                if told is None:
                    entry, item = self.entry(now.states[-1])
                    told = Told(entry, item, now.copy(), last) if entry.message else None
        except ValueError:
            return None
        return _Way(len(now.states), steps, terminal, told) if told else None
