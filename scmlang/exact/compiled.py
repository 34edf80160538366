"""Networks of queries that were asked before, so that asking again with other values only sums."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from threading import Lock

from scmlang.exact.numbers import FLOATS, RATIONALS
from scmlang.exact.shapes import Shape, Term
from scmlang.exact.sums import Sums
from scmlang.exact.tables import Tables
from scmlang.semantics.model import CausalModel

_MODELS, _SHAPES = 4, 16
_CELLS = 1 << 18  # of the tables of a network that is kept


def compiled(model: CausalModel, shape: Shape, *, exact: bool, cells: int) -> Sums:
    """The sums of a shape, those of the last models and shapes being kept.

    Args:
        model: compared by identity.
        shape: of the query.
        exact: rationals in the place of floats.
        cells: the bound on one table.

    Raises:
        ScmError: as :class:`~scmlang.exact.sums.Sums`.
    """
    return _shapes(_Same(model), exact, cells).of(shape)


class _Same:
    """A model that equals itself alone."""

    __slots__ = ("model",)

    def __init__(self, model: CausalModel) -> None:
        self.model = model

    def __hash__(self) -> int:
        return id(self.model)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.model is other.model


class _Shapes:
    """The shapes asked of one model, the latest last."""

    def __init__(self, model: CausalModel, exact: bool, cells: int) -> None:
        self.model = model
        self.exact = exact
        self.cells = cells
        self.tables = Tables(model)
        self.lock = Lock()
        self.known: OrderedDict[Term, Sums] = OrderedDict()

    def of(self, shape: Shape) -> Sums:
        with self.lock:
            found = self.known.get(shape.term)
            if found is not None:
                self.known.move_to_end(shape.term)
                return found
        made = Sums(self.model, shape, RATIONALS if self.exact else FLOATS, self.tables, self.cells)
        if made.size <= _CELLS:
            with self.lock:
                self.known[shape.term] = made
                if len(self.known) > _SHAPES:
                    self.known.popitem(last=False)
        return made


@lru_cache(maxsize=_MODELS)
def _shapes(model: _Same, exact: bool, cells: int) -> _Shapes:
    return _Shapes(model.model, exact, cells)
