"""The tables of a trained model as a model that the exact engine answers."""

from __future__ import annotations

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.neural.fitted import Fitted
from scmlang.semantics.model import CausalModel


def read_tables(learned: Fitted) -> CausalModel | None:
    """The checked model of the text; None where nothing is in it, or more than a text may hold."""
    if not learned.text:
        return None
    try:
        return Compilation.from_text(learned.text).model
    except ScmError:  # the text is correct by construction, so it can only be too long
        return None
