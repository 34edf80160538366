"""What the exact engine cannot do, said in the user's terms."""

from __future__ import annotations

from collections.abc import Sequence

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.model import CausalModel, Variable

_NAMES = 30


def not_finite(variable: Variable, model: CausalModel) -> ScmError:
    """E260: a variable without finitely many values stands in the way of an exact answer."""
    kind = "an image" if variable.is_image else "real"
    message = f"`{variable.name}` is {kind}, and exact answers need finitely many values"
    return ScmError([Diagnostic("E260", message, model.source, variable.span)])


def too_large(cells: int, bound: int, names: Sequence[str], what: str) -> ScmError:
    """E261: a table would have more cells than ``bound``, over the clique of these names."""
    shown = ", ".join(f"`{name}`" for name in names[:_NAMES]) + (", …" if len(names) > _NAMES else "")
    message = f"{what} would have {cells:.3g} cells over {shown}, more than {bound}"
    helps = ("give evidence that cuts these variables off, or sample with `--method sample`",)
    return ScmError([Diagnostic("E261", message, helps=helps)])


def impossible(text: str) -> ScmError:
    """E262: the conditions have probability zero."""
    message = f"the evidence of {text} has probability 0, so nothing follows from it"
    return ScmError([Diagnostic("E262", message)])


def irrational(what: str) -> ScmError:
    """E263: a rational answer was asked of what is not rational."""
    message = f"{what} is not rational, so nothing with it has a rational answer"
    return ScmError([Diagnostic("E263", message, helps=("ask without --exact",))])


def too_many_worlds(variable: Variable, model: CausalModel) -> ScmError:
    """E264: a Gumbel coupling across more than two worlds."""
    message = f"`{variable.name}` has `coupling=gumbel` and is in more than two worlds of this query"
    helps = ("ask about two worlds at a time",)
    return ScmError([Diagnostic("E264", message, model.source, variable.span, helps=helps)])


def undefined(text: str) -> ScmError:
    """E265: arithmetic without a value, such as a division by zero."""
    return ScmError([Diagnostic("E265", f"{text} is not defined: it divides by zero")])
