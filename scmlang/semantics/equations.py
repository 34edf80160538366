"""Equations: what each variable is given by, resolved and fitted to its domain.

Needs the :class:`~scmlang.semantics.names.Scope`. Guarantees one equation at most for each variable,
of a form that fits its domain; that values stay inside it is for :mod:`scmlang.semantics.ranges`.
"""

from __future__ import annotations

from dataclasses import replace

from scmlang.diagnostics.base import Note
from scmlang.semantics.domains import Domain, Finite, Image
from scmlang.semantics.draws import USAGE, Draws, unknown_distribution
from scmlang.semantics.errors import Problems, listing, suggestion
from scmlang.semantics.expressions import Expression
from scmlang.semantics.levels import fits
from scmlang.semantics.model import Assignment, Equation, Render, Role
from scmlang.semantics.names import Scope
from scmlang.semantics.signatures import Catalogue, RendererSignature
from scmlang.semantics.tables import Tables
from scmlang.semantics.typing import Resolver
from scmlang.semantics.unknowns import DISTRIBUTIONS
from scmlang.syntax import ast


class Equations:
    """The equations of one file, by variable, in the order they were written."""

    def __init__(
        self, scope: Scope, resolver: Resolver, renderers: Catalogue[RendererSignature], problems: Problems
    ) -> None:
        self.scope = scope
        self.resolver = resolver
        self.renderers = renderers
        self.problems = problems
        self.draws = Draws(resolver, problems)
        self.tables = Tables(resolver, problems)
        self.found: dict[str, Equation] = {}
        self.written: dict[str, ast.Name] = {}

    def exogenous(self) -> None:
        """Resolve the distributions of exogenous variables, and give them their domains."""
        for name, statement in self.scope.exogenous.items():
            domain = self._exogenous(name, statement)
            self.scope.variables[name] = replace(self.scope.variables[name], domain=domain)

    def _exogenous(self, name: str, statement: ast.Exogenous) -> Domain | None:
        call = statement.call
        if call.function.text not in USAGE:
            unknown_distribution(call.function, USAGE, self.problems)
            return None
        if not self._independent(name, call):
            return None
        drawn = self.draws.check(call, None, statement.span)
        if drawn is None:
            return None
        self.found[name], domain = drawn
        return domain

    def _independent(self, name: str, call: ast.Call) -> bool:
        for argument in call.arguments:
            value = argument.value
            for part in (value.low, value.high) if isinstance(value, ast.Range) else (value,):
                if not self.resolver.is_constant(part):
                    message = f"`{name}` is exogenous and cannot depend on another variable"
                    helps = [f"take `exogenous` away, and declare a domain for `{name}`"]
                    self.problems.add("E047", message, part.span, helps=helps)
                    return False
        return True

    def equation(self, statement: ast.Assignment | ast.Draw) -> None:
        """Resolve ``V := ...`` or ``V ~ ...``."""
        declared = self.scope.endogenous(statement.name, self.problems)
        if declared is None or not self._only(statement.name):
            return
        if declared.role is Role.EXOGENOUS:
            note = Note("given here", self.scope.exogenous[declared.name].span)
            message = f"`{declared.name}` is exogenous and has a distribution already"
            self.problems.add("E046", message, statement.name.span, notes=[note], helps=["keep one of them"])
            return
        if declared.domain is None:
            return
        if isinstance(statement, ast.Assignment):
            equation = self._assignment(statement, declared.domain)
        else:
            equation = self._draw(statement, declared.domain)
        if equation is not None:
            self.found[declared.name] = equation

    def _only(self, name: ast.Name) -> bool:
        first = self.written.setdefault(name.text, name)
        if first is name:
            return True
        note = Note("the first one", first.span)
        message = f"`{name.text}` has two equations"
        helps = ["keep one of them, or put both into one expression"]
        self.problems.add("E046", message, name.span, "the second one", notes=[note], helps=helps)
        return False

    def _assignment(self, statement: ast.Assignment, domain: Domain) -> Equation | None:
        if isinstance(domain, Image):
            helps = ["an image is drawn by a renderer, as in `I ~ bar_mnist(digit=D)`"]
            self.problems.add("E038", "an image cannot be computed", statement.value.span, helps=helps)
            return None
        if self._is_draw(statement):
            return None
        levels = domain if isinstance(domain, Finite) else None
        typed = self.resolver.resolve(statement.value, levels)
        name = statement.name.text
        if typed is None or not fits(typed.levels, domain, f"`{name}`", statement.value.span, self.problems):
            return None
        if typed.width and levels is not None and levels.form == "bits" and levels.size != 1 << typed.width:
            message = f"this has {typed.width} bits, and `{statement.name.text}` is {domain}"
            helps = [
                f"declare `{statement.name.text}: bits({typed.width})`, or give it as many bits as it has"
            ]
            self.problems.add("E037", message, statement.value.span, helps=helps)
            return None
        return Assignment(typed.expression, statement.span)

    def _is_draw(self, statement: ast.Assignment) -> bool:
        """Whether ``:=`` stands before a distribution, which is reported."""
        value = statement.value
        if not isinstance(value, ast.Apply) or value.function.text not in DISTRIBUTIONS:
            return False
        name, distribution = statement.name.text, value.function.text
        message = f"`{distribution}` is a distribution, and `:=` gives a value"
        helps = [f"write `{name} ~ {distribution}(...)`"]
        self.problems.add("E039", message, value.function.span, helps=helps)
        return True

    # --- draws and renderers

    def _draw(self, statement: ast.Draw, domain: Domain) -> Equation | None:
        name = statement.call.function.text
        if name == "table":
            return self.tables.check(statement, domain)
        if statement.rows is not None and (name in USAGE or name in self.renderers):
            helps = ["leave the rows out, or write `table(...)` over the parents before them"]
            message = f"`{name}` has no rows; only `table` has"
            self.problems.add("E041", message, statement.call.span, helps=helps)
            return None
        if name in USAGE:
            drawn = self.draws.check(statement.call, domain, statement.span)
            return None if drawn is None else drawn[0]
        if name in self.renderers:
            return self._render(statement, domain)
        self._unknown(statement.call.function, domain)
        return None

    def _unknown(self, name: ast.Name, domain: Domain) -> None:
        if isinstance(domain, Image):
            known = self.renderers.names()
            helps = suggestion(name.text, known) or (
                *listing(known),
                "an image that is learned has no equation: draw the arrows into it",
            )
            self.problems.add("E050", f"there is no renderer `{name.text}`", name.span, helps=helps)
        else:
            unknown_distribution(name, [*USAGE, "table"], self.problems)

    def _render(self, statement: ast.Draw, domain: Domain) -> Equation | None:
        call = statement.call
        renderer = self.renderers[call.function.text]
        if not isinstance(domain, Image):
            message = f"`{renderer.name}` draws an image, and `{statement.name.text}` has the domain {domain}"
            helps = [f"declare `{statement.name.text}: image({', '.join(map(str, renderer.shape))})`"]
            self.problems.add("E052", message, call.span, helps=helps)
            return None
        shape = tuple(renderer.shape)
        if domain.shape != shape:
            message = f"`{renderer.name}` draws {shape}, and `{statement.name.text}` is {domain.shape}"
            helps = [f"declare it as `image({', '.join(map(str, shape))})`"]
            self.problems.add("E052", message, call.span, "(channels, height, width)", helps=helps)
            return None
        arguments = self._render_arguments(call, renderer)
        return None if arguments is None else Render(renderer.name, arguments, statement.span)

    def _render_arguments(self, call: ast.Call, renderer: RendererSignature) -> dict[str, Expression] | None:
        given: dict[str, Expression] = {}
        sound = True
        for argument in call.arguments:
            value = self._render_argument(argument, renderer, given)
            if value is None or argument.name is None:
                sound = False
            else:
                given[argument.name.text] = value
        written = {argument.name.text for argument in call.arguments if argument.name is not None}
        missing = [n for n, p in renderer.parameters.items() if p.default is None and n not in written]
        if missing and len(written) == len(call.arguments):  # else what is not named may be meant
            words = ", ".join(f"`{name}`" for name in missing)
            helps = [f"write `{missing[0]}=...`"]
            self.problems.add("E051", f"`{renderer.name}` needs {words}", call.span, helps=helps)
        return given if sound and not missing else None

    def _render_argument(
        self, argument: ast.Argument, renderer: RendererSignature, given: dict[str, Expression]
    ) -> Expression | None:
        if argument.name is None or isinstance(argument.value, ast.Range):
            example = next(iter(renderer.parameters), "parameter")
            helps = [f"write `{example}=...`"]
            self.problems.add("E051", "a renderer's arguments are named", argument.span, helps=helps)
            return None
        name = argument.name.text
        if name not in renderer.parameters:
            what = f"parameter of `{renderer.name}` called"
            self.problems.unknown(what, name, renderer.parameters, argument.name.span, "E051")
            return None
        if name in given:
            self.problems.add("E051", f"`{name}` is given twice", argument.span)
            return None
        parameter = renderer.parameters[name]
        levels = parameter.domain if isinstance(parameter.domain, Finite) else None
        typed = self.resolver.resolve(argument.value, levels)
        what = f"`{name}` of `{renderer.name}`"
        if typed is None or not fits(typed.levels, parameter.domain, what, argument.span, self.problems):
            return None
        return typed.expression
