"""Named, extensible parts: renderers, mechanism types, and whatever else third parties may add.

An entry comes from the package itself or from an entry-point group of an installed distribution.
Entry points are loaded on first use of their name, so a slow or broken plug-in costs nothing, and
breaks nothing, until a model asks for it. A name of the package's own cannot be taken by another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

from scmlang.diagnostics.base import Diagnostic, ScmError

T = TypeVar("T")

CODES: dict[str, str] = {
    "E222": "a plug-in that cannot be loaded",
    "E223": "a plug-in that is not installed",
}


@dataclass(frozen=True)
class Origin:
    """The installed distribution that an entry comes from."""

    package: str
    version: str


class Registry(Generic[T]):
    """A mapping from a name to one entry of type ``T``.

    Args:
        kind: what an entry is, for messages ("renderer").
        group: the entry-point group that third parties register under.
        fits: whether what an entry point gave is an entry.
    """

    def __init__(self, kind: str, group: str, fits: Callable[[object], bool] = lambda entry: True) -> None:
        self.kind = kind
        self.group = group
        self._fits = fits
        self._loaders: dict[str, Callable[[], T]] = {}
        self._loaded: dict[str, T] = {}
        self._points: dict[str, EntryPoint] = {}
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

    def origin(self, name: str) -> Origin | None:
        """Which distribution an entry point is of; None for what this process registered itself."""
        self._scan()
        point = self._points.get(name)
        distribution = None if point is None else point.dist
        return None if distribution is None else Origin(distribution.name, distribution.version)

    def __contains__(self, name: object) -> bool:
        self._scan()
        return name in self._loaders

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __getitem__(self, name: str) -> T:
        """The entry of that name.

        Raises:
            KeyError: when there is none.
            ScmError: E222 when its entry point does not load, or gives something else.
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
                self._points[point.name] = point
                self._loaders[point.name] = partial(self._load, point)

    def _load(self, point: EntryPoint) -> T:
        try:
            entry = point.load()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ScmError([self._problem(point, f"cannot be loaded: {reason}")]) from error
        if not self._fits(entry):
            raise ScmError([self._problem(point, f"is none, but {type(entry).__name__}")])
        return cast(T, entry)

    def _problem(self, point: EntryPoint, what: str) -> Diagnostic:
        origin = self.origin(point.name)
        owner = f" of the package `{origin.package}` {origin.version}" if origin else ""
        message = f"the {self.kind} `{point.name}`{owner} {what}"
        helps = (f"its entry point is `{point.value}`, in the group `{self.group}`", "mend it, or remove it")
        return Diagnostic("E222", message, helps=helps)
