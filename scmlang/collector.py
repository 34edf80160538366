"""The collector of reference cycles, put off while a pass builds many values that have none.

Python's collector visits every container it knows each time their number has grown by a quarter, so that
building a tree of a million nodes spends most of its time looking for cycles that cannot be there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection inside; also a decorator. What is garbage without cycles is freed as always."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
