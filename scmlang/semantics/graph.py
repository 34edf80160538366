"""The diagram of a file: derived from equations, read from arrows, and the two held together.

A variable with an equation has the parents that the equation names. Two equations that share an
exogenous variable are joined by a bidirected edge (Pearl, Causality, 2nd ed., section 3.2: the
diagram of a semi-Markovian model). A variable without an equation has the parents that arrows give
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from scmlang.diagnostics.base import Note
from scmlang.limits import LIMITS
from scmlang.semantics.cycles import cycles
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import Call, Expression, Reference, references
from scmlang.semantics.model import Assignment, Draw, Equation, Role, Table
from scmlang.semantics.names import Scope
from scmlang.source import Span
from scmlang.syntax import ast

Pair = tuple[str, str]


@dataclass(frozen=True)
class Graph:
    """Directed and bidirected edges between endogenous variables, each where it is stated."""

    edges: Mapping[Pair, Span]
    confounded: Mapping[Pair, Span]


@dataclass
class _Written:
    edges: dict[Pair, Span] = field(default_factory=dict)
    confounded: dict[Pair, Span] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)


def expressions(equation: Equation) -> Iterator[Expression]:
    """Every expression of an equation; tables have none."""
    if isinstance(equation, Assignment):
        yield equation.expression
    elif isinstance(equation, Draw):
        yield from equation.arguments
    elif not isinstance(equation, Table):
        yield from equation.arguments.values()


def named_in(equation: Equation) -> tuple[str, ...]:
    """The variables an equation names, exogenous ones included, in order of appearance."""
    if isinstance(equation, Table):
        return equation.parents
    return tuple(dict.fromkeys(name for e in expressions(equation) for name in references(e)))


def derive(
    program: ast.Program, scope: Scope, equations: Mapping[str, Equation], problems: Problems
) -> Graph:
    """The diagram of the file, sorted by declaration; reports E020 to E025."""
    written = _read(program, scope, problems)
    known = set(equations)
    derived = _derived(scope, equations, problems)
    _compare(written, derived, known, equations, problems)
    order = {name: i for i, name in enumerate(scope.variables)}
    edges = {e: s for e, s in written.edges.items() if e[1] not in known} | dict(derived.edges)
    graph = Graph(_sorted(edges, order), _sorted({**written.confounded, **derived.confounded}, order))
    _report_cycles(graph.edges, problems)
    return graph


def _sorted(edges: Mapping[Pair, Span], order: Mapping[str, int]) -> dict[Pair, Span]:
    return dict(sorted(edges.items(), key=lambda item: (order[item[0][0]], order[item[0][1]])))


class _Budget:
    """Stops a short text from asking for a diagram that no machine holds."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.left = LIMITS.edges

    def spend(self, edges: int, span: Span) -> None:
        self.left -= edges
        if self.left < 0:
            message = f"the diagram has more than {LIMITS.edges} edges"
            help = "a number above it is set by `scmlang check --limit edges=NUMBER`"
            self.problems.add("E023", message, span, "with those of this one", helps=[help])
            self.problems.raise_errors()


# --- arrows as written


def _read(program: ast.Program, scope: Scope, problems: Problems) -> _Written:
    written = _Written()
    budget = _Budget(problems)
    for statement in program.statements:
        if isinstance(statement, ast.Arrows):
            for left, link, right in zip(
                statement.groups, statement.links, statement.groups[1:], strict=False
            ):
                span = left.span | right.span
                budget.spend(len(left.names) * len(right.names), span)
                heads, tails = (left, right) if link.operator == "<-" else (right, left)
                causes, effects = _ends(tails, scope, problems), _ends(heads, scope, problems)
                for tail in causes:
                    for head in effects:
                        _add(written, tail, head, link, span, problems)
    return written


def _ends(group: ast.Group, scope: Scope, problems: Problems) -> list[ast.Name]:
    found = []
    for name in group.names:
        declared = scope.endogenous(name, problems)
        if declared is None:
            continue
        if declared.role is not Role.EXOGENOUS:
            found.append(name)
        elif name.text not in problems.missing:
            problems.missing.add(name.text)
            use = f"use `{name.text}` in the equations of what it causes"
            helps = [f"{use}; a shared cause of X and Y is `X <-> Y`"]
            message = f"`{name.text}` is exogenous, and arrows join endogenous variables"
            problems.add("E020", message, name.span, helps=helps)
    return found


def _add(
    written: _Written, tail: ast.Name, head: ast.Name, link: ast.Link, span: Span, problems: Problems
) -> None:
    written.drawn.add(tail.text)
    written.drawn.add(head.text)
    if link.operator == "<->":
        if tail.text == head.text:
            helps = ["take it away: the randomness of one variable alone needs no arrow"]
            problems.add("E020", f"`{tail.text}` cannot be confounded with itself", span, helps=helps)
        else:
            a, b = sorted((tail.text, head.text))
            written.confounded.setdefault((a, b), span)
    else:
        written.edges.setdefault((tail.text, head.text), span)


# --- edges that equations imply


def _derived(scope: Scope, equations: Mapping[str, Equation], problems: Problems) -> Graph:
    edges: dict[Pair, Span] = {}
    users: dict[str, list[str]] = {}
    for name, equation in equations.items():
        for parent in named_in(equation):
            if scope.variables[parent].role is Role.EXOGENOUS:
                users.setdefault(parent, []).append(name)
            else:
                edges[parent, name] = place_in(equation, parent)
    confounded: dict[Pair, Span] = {}
    budget = _Budget(problems)
    for noise, sharing in users.items():
        budget.spend(len(sharing) * (len(sharing) - 1) // 2, scope.variables[noise].span)
        for a, b in combinations(sorted(sharing), 2):
            confounded.setdefault((a, b), place_in(equations[b], noise))
    return Graph(edges, confounded)


def place_in(equation: Equation, name: str) -> Span:
    """Where an equation names a variable; all of the equation where it does so in a table."""
    waiting = list(expressions(equation))
    while waiting:
        node = waiting.pop()
        if isinstance(node, Reference) and node.name == name:
            return node.span
        if isinstance(node, Call):
            waiting.extend(node.operands)
    return equation.span


# --- agreement


def _compare(
    written: _Written, derived: Graph, known: set[str], equations: Mapping[str, Equation], problems: Problems
) -> None:
    """Variables with an equation that appear in an arrow must have exactly the edges it implies."""
    for (a, b), span in written.edges.items():
        if b in known and (b, a) in derived.edges:
            note = Note(f"`{a}` is caused by `{b}` here", derived.edges[b, a])
            message = f"the arrow {a} -> {b} points the other way than the equation of `{a}`"
            problems.add("E022", message, span, notes=[note], helps=[f"write `{b} -> {a}`"])
        elif b in known and (a, b) not in derived.edges:
            note = Note(f"`{a}` is not in the equation of `{b}`", equations[b].span)
            helps = [f"take the arrow away, or use `{a}` in the equation of `{b}`"]
            message = f"the arrow {a} -> {b} disagrees with an equation"
            problems.add("E022", message, span, notes=[note], helps=helps)
    for (a, b), span in written.confounded.items():
        if {a, b} <= known and (a, b) not in derived.confounded:
            notes = [Note(f"the equation of `{v}`", equations[v].span) for v in (a, b)]
            message = f"{a} <-> {b} is written, but their equations share no exogenous variable"
            helps = [f"use one exogenous variable in both equations, or take {a} <-> {b} away"]
            problems.add("E025", message, span, notes=notes, helps=helps)
    _compare_missing(written, derived, problems)


def _compare_missing(written: _Written, derived: Graph, problems: Problems) -> None:
    arrow = next(iter((written.edges | written.confounded).values()), None)
    notes = [Note("the diagram is written here", arrow)] if arrow else []
    for (a, b), span in derived.edges.items():
        if b in written.drawn and (a, b) not in written.edges and (b, a) not in written.edges:
            message = f"the equation of `{b}` names `{a}`, and no arrow {a} -> {b} is written"
            problems.add(
                "E024", message, span, notes=notes, helps=[f"add `{a} -> {b}`, or leave all arrows out"]
            )
    for (a, b), span in derived.confounded.items():
        if {a, b} <= written.drawn and (a, b) not in written.confounded:
            message = f"`{a}` and `{b}` share an exogenous variable, and no {a} <-> {b} is written"
            problems.add(
                "E025", message, span, notes=notes, helps=[f"add `{a} <-> {b}`, or leave all arrows out"]
            )


def _report_cycles(edges: Mapping[Pair, Span], problems: Problems) -> None:
    for cycle in cycles(edges):
        steps = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        last = max(steps, key=lambda step: edges[step])
        turned = steps[steps.index(last) + 1 :] + steps[: steps.index(last) + 1]
        shown = " -> ".join([turned[0][0], *(effect for _, effect in turned)])
        notes = [Note(f"{a} causes {b} here", edges[a, b]) for a, b in turned[:-1]]
        problems.add(
            "E021",
            f"`{turned[0][0]}` is its own ancestor",
            edges[last],
            f"this closes the cycle {shown}",
            notes=notes,
            helps=[_cycle_help(cycle)],
        )


def _cycle_help(cycle: Iterable[str]) -> str:
    names = list(cycle)
    if len(names) == 1:
        return "a variable is no cause of itself; over time, write one for each time, as in `X0 -> X1`"
    a, b = names[-1], names[0]
    return f"a feedback loop has no SCM; if {a} and {b} only share a cause, write {a} <-> {b}"
