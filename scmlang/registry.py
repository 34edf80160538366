"""Named, extensible parts: renderers, mechanism types, and whatever else third parties may add.

An entry comes from the package itself or from an entry-point group of an installed distribution.
Entry points are loaded on first use of their name, so a slow or broken plug-in costs nothing, and
breaks nothing, until a model asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Registry(Generic[T]):
    """A mapping from a name to one entry of type ``T``.

    Args:
        kind: what an entry is, for messages ("renderer").
        group: the entry-point group that third parties register under.
    """

    def __init__(self, kind: str, group: str) -> None:
        self.kind = kind
        self.group = group
        self._loaders: dict[str, Callable[[], T]] = {}
        self._loaded: dict[str, T] = {}
        self._scanned = False

    def register(self, name: str, loader: Callable[[], T]) -> None:
        """Add an entry of the package; ``loader`` is called once, on first use.

        Raises:
            ValueError: when the name is taken.
        """
        if name in self._loaders:
            raise ValueError(f"the {self.kind} {name!r} is registered twice")
        self._loaders[name] = loader

    def names(self) -> list[str]:
        """All names, sorted; nothing is imported."""
        self._scan()
        return sorted(self._loaders)

    def __contains__(self, name: object) -> bool:
        self._scan()
        return name in self._loaders

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __getitem__(self, name: str) -> T:
        """The entry of that name.

        Raises:
            KeyError: when there is none.
        """
        self._scan()
        if name not in self._loaded:
            self._loaded[name] = self._loaders[name]()
        return self._loaded[name]

    def _scan(self) -> None:
        if self._scanned:
            return
        self._scanned = True
        for point in entry_points(group=self.group):
            if point.name not in self._loaders:
                self._loaders[point.name] = cast(Callable[[], T], point.load)
