"""Subscripts and values of queries: what a variable may be held at."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scmlang.diagnostics.base import Note
from scmlang.semantics.domains import Domain, Finite, Image, Real, Symbolic
from scmlang.semantics.errors import Problems
from scmlang.semantics.model import Role, Variable
from scmlang.semantics.quantities import Counterfactual, Held, Value, World
from scmlang.source import Span
from scmlang.syntax import ast


class Worlds:
    """Reads subscripts and ``do(…)`` against the variables of a model."""

    def __init__(self, variables: Mapping[str, Variable], problems: Problems) -> None:
        self.variables = variables
        self.problems = problems

    def world(self, written: tuple[ast.Setting | ast.Counterfactual, ...]) -> World | None:
        """The world that settings make, in the order of declaration; None and a report for each mistake."""
        held: dict[str, Held] = {}
        places: dict[str, Span] = {}
        sound = True
        for setting in written:
            name = setting.variable.text
            if name in places:
                note = Note("the first time", places[name])
                message = f"`{name}` is set twice"
                self.problems.add("E072", message, setting.span, notes=[note], helps=["keep one of them"])
                sound = False
                continue
            places[name] = setting.span
            found = self._held(setting)
            sound = sound and found is not None
            if found is not None:
                held[name] = found
        return tuple(held[name] for name in self.variables if name in held) if sound else None

    def _held(self, setting: ast.Setting | ast.Counterfactual) -> Held | None:
        if isinstance(setting, ast.Counterfactual):
            variable = self._settable(setting.variable)
            world = self.world(setting.subscript)
            if variable is None or world is None:
                return None
            return Held(variable.name, Counterfactual(variable.name, world))
        variable = self._settable(setting.variable)
        if variable is None:
            return None
        if setting.value is None:
            return Held(variable.name, None)
        value = self.value(variable, setting.value.text, setting.value.span)
        return None if value is None else Held(variable.name, value)

    def _settable(self, name: ast.Name) -> Variable | None:
        variable = self.variables.get(name.text)
        if variable is None:
            known = [n for n, v in self.variables.items() if not _unsettable(v)]
            self.problems.unknown_variable(name.text, known, name.span)
            return None
        reason = _unsettable(variable)
        if reason:
            message = f"`{name.text}` is {reason}, and `do` sets labels only"
            what = "the labels that it shows" if variable.is_image else "an endogenous variable"
            self.problems.add("E071", message, name.span, helps=[f"intervene on {what}"])
            return None
        return variable

    def value(self, variable: Variable, text: str, span: Span) -> Value | None:
        """The value that ``text`` has in the domain of a variable, or None and a report."""
        domain = variable.domain
        value = domain.value(text) if isinstance(domain, Symbolic) else read_value(domain, text)
        if value is None:
            message = f"`{text}` is no value of `{variable.name}`"
            self.problems.add("E070", message, span, helps=[_allowed(domain)])
        return value


def _unsettable(variable: Variable) -> str:
    if variable.is_image:
        return "an image"
    return "exogenous" if variable.role is Role.EXOGENOUS else ""


def _allowed(domain: Domain) -> str:
    if isinstance(domain, Symbolic):
        return "where no domain is given, a value is an integer or a name"
    return f"the domain is {domain}"


def read_value(domain: Domain, text: str) -> int | float | None:
    """The numeric value that ``text`` (a level name, number, ``true``) has in a domain, or None."""
    if isinstance(domain, Image | Symbolic):
        return None
    if isinstance(domain, Real):
        return _real(text)
    if is_binary(domain) and text in ("true", "false"):
        return int(text == "true")
    return domain.value(text)


def is_binary(domain: Domain) -> bool:
    """Whether the values of a domain are 0 and 1, or unknown and so taken for them."""
    if isinstance(domain, Finite):
        return domain.size == 2 and domain.offset == 0
    return isinstance(domain, Symbolic)


def _real(text: str) -> float | None:
    """A finite decimal number; Python's own further forms (``nan``, ``1_000``) are none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None
