"""Warnings: what a sound model says that its author hardly meant.

Needs a checked model. Each of these means something, and mostly not what was meant: a constant that
nothing uses (W002), a hidden variable without effect (W003), a variable that never varies (W004), a
cause that makes no difference (W005), a variable that nothing mentions (W007). W001 and W006 are
reported where the check meets them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from scmlang.semantics.domains import Finite
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import Constant, evaluate
from scmlang.semantics.graph import expressions, named_in, place_in
from scmlang.semantics.grids import grid
from scmlang.semantics.model import Assignment, CausalModel, Draw, Equation, Role, Table, Variable
from scmlang.source import Span
from scmlang.syntax import ast

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CONFIGURATIONS = 4096  # of the causes, beyond which it is not tried whether each makes a difference


def lint(program: ast.Program, model: CausalModel, problems: Problems) -> None:
    """Report the warnings about a model without errors."""
    _Lint(program, model, problems).run()


class _Lint:
    def __init__(self, program: ast.Program, model: CausalModel, problems: Problems) -> None:
        self.program = program
        self.model = model
        self.problems = problems

    def run(self) -> None:
        self._lets()
        asked = self._named(ast.NamedQuery, ast.Assertion)
        self._isolated(asked)
        self._without_effect(asked)
        for variable in self.model.variables.values():
            if variable.equation is not None:
                self._equation(variable, variable.equation)

    def _named(self, *kinds: type[ast.Statement]) -> set[str]:
        """Every name in the statements of some kinds."""
        text = self.model.source.text
        found = (s for s in self.program.statements if isinstance(s, kinds))
        return {name for s in found for name in _NAME.findall(text, s.span.start, s.span.end)}

    # --- constants

    def _lets(self) -> None:
        lets = [s for s in self.program.statements if isinstance(s, ast.Let)]
        if not lets:
            return
        used = self._named(ast.Exogenous, ast.Assignment, ast.Draw, ast.Mechanism)
        used |= {word.text for let in lets for word in ast.words(let.value)}
        for let in lets:
            if let.name.text not in used:
                message = f"nothing uses the constant `{let.name.text}`"
                helps = ["take it away, or use it in an equation"]
                self.problems.add("W002", message, let.name.span, helps=helps)

    # --- the diagram

    def _isolated(self, asked: set[str]) -> None:
        if not self.model.edges and not self.model.confounded:
            return
        joined = {name for pair in (*self.model.edges, *self.model.confounded) for name in pair}
        joined |= asked | self._named(ast.Arrows)
        for variable in self.model.endogenous:
            if variable.name not in joined and variable.equation is None and variable.mechanism is None:
                message = f"`{variable.name}` is in no arrow and no equation"
                helps = ["draw its arrows, or take it away: as it stands it is independent of everything"]
                self.problems.add("W007", message, variable.span, helps=helps)

    def _without_effect(self, asked: set[str]) -> None:
        latent = [v for v in self.model.endogenous if v.role is Role.LATENT and v.name not in asked]
        if not latent or not self.model.observed:
            return
        joined = {name for pair in (*self.model.edges, *self.model.confounded) for name in pair}
        reaching = _ancestors(self.model, {v.name for v in self.model.observed} | asked)
        for variable in latent:
            if variable.name in joined and variable.name not in reaching:
                message = f"no observed variable depends on the latent variable `{variable.name}`"
                helps = ["draw an arrow to what it causes, or take it away: it changes nothing"]
                self.problems.add("W003", message, variable.span, helps=helps)

    # --- equations

    def _equation(self, variable: Variable, equation: Equation) -> None:
        if _is_constant(variable, equation):
            message = f"`{variable.name}` is the same in every unit"
            helps = ["a number that never varies is a `let`; noise is written with `~`"]
            self.problems.add("W004", message, equation.span, helps=helps)
        elif isinstance(equation, Assignment | Draw):
            for name, span in self._without_influence(equation):
                message = f"`{variable.name}` is the same whatever `{name}` is"
                helps = [f"mend the expression, or take `{name}` out of it"]
                self.problems.add("W005", message, span, helps=helps)

    def _without_influence(self, equation: Assignment | Draw) -> Iterator[tuple[str, Span]]:
        """The variables that an equation names to no effect, with a place of each."""
        domains = {name: self.model.variables[name].domain for name in named_in(equation)}
        sizes = [domain.size for domain in domains.values() if isinstance(domain, Finite)]
        if not domains or len(sizes) < len(domains) or math.prod(sizes) > _CONFIGURATIONS:
            return
        cases = grid(domains, domains)
        if cases is None:
            return
        tried = [evaluate(expression, cases.columns, cases.n) for expression in expressions(equation)]
        after = cases.n
        for name, size in zip(domains, sizes, strict=True):
            after //= size  # cases that a level of this variable stays for
            if size > 1 and all(_idle(values.reshape(-1, size, after)) for values in tried):
                yield name, place_in(equation, name)


def _idle(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bool:
    """Whether values do not depend on the middle axis."""
    return bool((values == values[:, :1]).all())


def _is_constant(variable: Variable, equation: Equation) -> bool:
    if isinstance(equation, Assignment):
        return isinstance(equation.expression, Constant)
    if isinstance(variable.domain, Finite) and variable.domain.size == 1:
        return True
    if isinstance(equation, Table):
        return not equation.parents and 1.0 in equation.rows[()]
    if not isinstance(equation, Draw):
        return False
    fixed = [a.value for a in equation.arguments if isinstance(a, Constant)]
    if equation.distribution == "binomial":
        return fixed[:1] == [0] or (len(fixed) == 2 and fixed[1] in (0, 1))
    return (equation.distribution == "bernoulli" and fixed in ([0], [1])) or (
        equation.distribution == "categorical" and 1 in fixed
    )


def _ancestors(model: CausalModel, names: set[str]) -> set[str]:
    """``names`` and everything that has a directed path to one of them."""
    found = set(names)
    waiting = [name for name in names if name in model.parents]
    while waiting:
        for parent in model.parents[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found
