"""The check: a syntax tree becomes a causal model, or all its problems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from scmlang.diagnostics.base import Diagnostic, Note
from scmlang.semantics.assertions import Assertion, resolve_assertion
from scmlang.semantics.domains import Domain, Symbolic
from scmlang.semantics.equations import Equations
from scmlang.semantics.errors import Problems
from scmlang.semantics.graph import Graph, derive, named_in
from scmlang.semantics.lints import lint
from scmlang.semantics.mechanisms import Mechanisms
from scmlang.semantics.model import CausalModel, Equation, MechanismSpec, Variable
from scmlang.semantics.monotone import read_monotone, verify_monotone
from scmlang.semantics.names import Scope, collect
from scmlang.semantics.queries import resolve
from scmlang.semantics.ranges import Ranges
from scmlang.semantics.signatures import Catalogue, MechanismSignature, RendererSignature
from scmlang.semantics.supports import real_supports
from scmlang.semantics.terms import Terms
from scmlang.semantics.typing import Resolver
from scmlang.source import Source, Span
from scmlang.syntax import ast
from scmlang.syntax.build import KEYWORDS


@dataclass(frozen=True)
class Checked:
    """A model without errors, and the warnings about it in source order."""

    model: CausalModel
    warnings: tuple[Diagnostic, ...]


def check(
    program: ast.Program,
    source: Source,
    *,
    renderers: Catalogue[RendererSignature],
    mechanisms: Catalogue[MechanismSignature],
) -> Checked:
    """The checked model of a file.

    Args:
        program: the syntax tree.
        source: the text that its spans point into.
        renderers: what may draw an image.
        mechanisms: the mechanism types there are.

    Raises:
        ScmError: with every independent problem, in source order, warnings among them.
    """
    return _Check(program, source, renderers, mechanisms).run()


class _Check:
    def __init__(
        self,
        program: ast.Program,
        source: Source,
        renderers: Catalogue[RendererSignature],
        mechanisms: Catalogue[MechanismSignature],
    ) -> None:
        self.program = program
        self.source = source
        self.renderers = renderers
        self.problems = Problems(source)
        self.scope = collect(program, self.problems)
        self.mechanisms = Mechanisms(self.scope, mechanisms, self.problems)

    def run(self) -> Checked:
        name = self._model_name()
        self._names()
        equations = self._equations()
        graph = derive(self.program, self.scope, equations, self.problems)
        self._ranges(equations)
        for statement in self.program.statements:
            if isinstance(statement, ast.Mechanism):
                self.mechanisms.read(statement, equations)
        self._unused(equations)
        monotone = read_monotone(self.program, self.scope, graph, self.problems)
        variables = _variables(self.scope, equations, self.mechanisms.found)
        parents = _parents(variables, graph)
        known = variables | _broken(self.scope, variables)
        causes = parents | {name: () for name in known if name not in parents}
        terms = Terms(known, causes, self.problems)
        queries = self._queries(terms)
        assertions = self._assertions(terms)
        self.problems.raise_errors()
        edges, confounded = graph.edges, graph.confounded
        model = CausalModel(
            name, self.source, variables, parents, edges, confounded, queries, assertions, monotone
        )
        self.mechanisms.fit(model)
        verify_monotone(model, self.problems)
        self.problems.raise_errors()
        lint(self.program, model, self.problems)
        return Checked(model, self.problems.sorted())

    def _model_name(self) -> str:
        found = [s for s in self.program.statements if isinstance(s, ast.ModelName)]
        for again in found[1:]:
            note = Note("the first one", found[0].span)
            helps = ["take it away, or put what follows into a file of its own"]
            message = "a file has one `model` statement"
            self.problems.add("E016", message, again.span, notes=[note], helps=helps)
        if found:
            return found[0].name.text
        return _name_of_file(self.source.name)

    def _names(self) -> None:
        """Report each name that nothing declares where it is first used."""
        for statement in self.program.statements:
            if isinstance(statement, ast.Assignment | ast.Draw):
                self.scope.endogenous(statement.name, self.problems)
            elif isinstance(statement, ast.Mechanism):
                for name in statement.names:
                    self.scope.endogenous(name, self.problems)
            elif isinstance(statement, ast.Arrows | ast.Monotone):
                for name in (n for group in statement.groups for n in group.names):
                    self.scope.endogenous(name, self.problems)

    def _equations(self) -> dict[str, Equation]:
        resolver = Resolver(self.scope, self.problems)
        equations = Equations(self.scope, resolver, self.renderers, self.problems)
        equations.exogenous()
        resolver.resolve_lets()
        for statement in self.program.statements:
            if isinstance(statement, ast.Assignment | ast.Draw):
                equations.equation(statement)
        return equations.found

    def _ranges(self, equations: Mapping[str, Equation]) -> None:
        domains: dict[str, Domain] = {}
        for declared in self.scope.variables.values():
            if declared.domain is not None:
                domains[declared.name] = declared.domain
        exogenous = {name: equations[name] for name in self.scope.exogenous if name in equations}
        ranges = Ranges(domains, real_supports(exogenous), self.renderers, self.problems)
        for name, equation in equations.items():
            ranges.check(name, equation)

    def _unused(self, equations: Mapping[str, Equation]) -> None:
        used = {name for equation in equations.values() for name in named_in(equation)}
        if self.problems.has_errors:
            return  # an equation that could not be read may use it
        for name in self.scope.exogenous:
            if name not in used:
                span = self.scope.variables[name].span
                helps = ["take it away, or use it in an equation"]
                self.problems.add("W001", f"nothing uses the exogenous variable `{name}`", span, helps=helps)

    def _queries(self, terms: Terms) -> dict[str, str]:
        queries: dict[str, str] = {}
        places: dict[str, Span] = {}
        for statement in self.program.statements:
            if not isinstance(statement, ast.NamedQuery):
                continue
            name = statement.name
            if name.text in places:
                note = Note("first declared here", places[name.text])
                self.problems.add("E011", f"the query `{name.text}` is there twice", name.span, notes=[note])
                continue
            places[name.text] = name.span
            resolve(statement.query, terms)
            span = statement.query.span
            queries[name.text] = self.source.text[span.start : span.end]
        return queries

    def _assertions(self, terms: Terms) -> tuple[Assertion, ...]:
        written = [s for s in self.program.statements if isinstance(s, ast.Assertion)]
        found = [resolve_assertion(node, terms) for node in written]
        return tuple(assertion for assertion in found if assertion is not None)


def _name_of_file(path: str) -> str:
    """The stem of a file as a name of the language; ``inline`` for ``<inline>``."""
    stem = re.sub(r"[^A-Za-z0-9_]", "_", PurePath(path).stem.strip("<>"))
    return stem if stem[:1].isalpha() and stem not in KEYWORDS else f"model_{stem}"


def _variables(
    scope: Scope, equations: Mapping[str, Equation], mechanisms: Mapping[str, MechanismSpec]
) -> dict[str, Variable]:
    return {
        d.name: Variable(d.name, d.role, d.domain, d.span, equations.get(d.name), mechanisms.get(d.name))
        for d in scope.variables.values()
        if d.domain is not None
    }


def _broken(scope: Scope, variables: Mapping[str, Variable]) -> dict[str, Variable]:
    """What was declared wrongly, so that queries about it raise no further complaint."""
    return {
        d.name: Variable(d.name, d.role, Symbolic(), d.span)
        for d in scope.variables.values()
        if d.name not in variables
    }


def _parents(variables: Mapping[str, Variable], graph: Graph) -> dict[str, tuple[str, ...]]:
    order = {variable: i for i, variable in enumerate(variables)}
    parents: dict[str, list[str]] = {variable: [] for variable in variables}
    for cause, effect in graph.edges:
        if cause in variables and effect in variables:
            parents[effect].append(cause)
    for variable in variables.values():
        if variable.equation is not None:
            parents[variable.name] = [name for name in named_in(variable.equation) if name in variables]
    return {v: tuple(sorted(ps, key=order.__getitem__)) for v, ps in parents.items()}
