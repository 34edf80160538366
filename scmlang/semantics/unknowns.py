"""Names in expressions that mean nothing there: which mistake it is, and what to write instead."""

from __future__ import annotations

from scmlang.diagnostics.base import Note
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import FUNCTIONS
from scmlang.semantics.names import Scope
from scmlang.syntax import ast

DISTRIBUTIONS = frozenset(("bernoulli", "categorical", "uniform", "binomial", "normal", "table"))
_ELSEWHERE = {  # what other languages call by a name that is no function here
    "pow": "a power is written `x ** 2`",
    "power": "a power is written `x ** 2`",
    "mod": "a remainder is written `x % 2`",
    "expit": "it is called `sigmoid`",
    "logistic": "it is called `sigmoid`",
    "inv_logit": "it is called `sigmoid`",
    "relu": "write `max(x, 0)`",
    "ln": "the natural logarithm is `log`",
    "log10": "write `log(x) / log(10)`",
    "log2": "write `log(x) / log(2)`",
    "ifelse": "write `if c then a else b`",
    "where": "write `if c then a else b`",
    "mean": "write `(x + y) / 2`",
    "sum": "write `x + y`",
}


def unknown_word(
    node: ast.Word, levels: Finite | None, values: set[int], scope: Scope, problems: Problems
) -> None:
    """Report a word that is no variable and no ready constant: E010, or E035 for an ambiguous level.

    Args:
        node: the word.
        levels: the domain whose levels may stand here.
        values: the numbers that a level of that name has in some domain.
        scope: the names that there are.
        problems: where the report goes.
    """
    if levels is not None and levels.names and (values or node.text not in scope.lets):
        problems.unknown("level", node.text, levels.names, node.span)
    elif values:
        owner = next(v for v, d in scope.variables.items() if _has_level(d.domain, node.text))
        message = f"the level `{node.text}` has different numbers in different domains"
        helps = [f"compare it with a variable, as in `{owner} == {node.text}`, or write the number"]
        problems.add("E035", message, node.span, helps=helps)
    elif node.text in scope.lets:
        _unready_let(node, scope, problems)
    elif node.text not in problems.missing:
        problems.missing.add(node.text)
        _unknown(node, scope, problems)


def _has_level(domain: Domain | None, level: str) -> bool:
    return isinstance(domain, Finite) and level in domain.names


def _unready_let(node: ast.Word, scope: Scope, problems: Problems) -> None:
    """Report a ``let`` whose value is not known yet: one that needs itself, or one further down."""
    needed: set[str] = set()
    waiting = [node.text]
    while waiting:
        let = scope.lets[waiting.pop()]
        more = {word.text for word in ast.words(let.value)} & set(scope.lets) - needed
        needed |= more
        waiting += more
    note = Note("it is given here", scope.lets[node.text].span)
    if node.text in needed:
        message, helps = (
            f"`{node.text}` is needed for its own value",
            ["give one of the constants by a number"],
        )
    else:
        message, helps = f"`{node.text}` is used before its `let`", ["move the `let` up"]
    problems.add("E010", message, node.span, notes=[note], helps=helps)


def _unknown(node: ast.Word, scope: Scope, problems: Problems) -> None:
    if node.text.casefold() in ("true", "false"):
        message = f"there is no variable or level `{node.text}`"
        problems.add("E010", message, node.span, helps=[f"write `{node.text.casefold()}`"])
    else:
        known = [*scope.variables, *scope.lets, *scope.levels]
        problems.unknown("variable or level", node.text, known, node.span)


def unknown_function(name: ast.Name, problems: Problems) -> None:
    """Report a function that there is not: E031, or E039 for a distribution."""
    if name.text in DISTRIBUTIONS:
        message = f"`{name.text}` is a distribution and has no place inside an expression"
        helps = [f"write `exogenous N ~ {name.text}(...)` and use `N` here"]
        if name.text == "table":
            helps = ["a table is an equation of its own: `Y ~ table(X) { ... }`"]
        problems.add("E039", message, name.span, helps=helps)
    elif name.text.casefold() in _ELSEWHERE:
        helps = [_ELSEWHERE[name.text.casefold()]]
        problems.add("E031", f"there is no function `{name.text}`", name.span, helps=helps)
    else:
        problems.unknown("function", name.text, FUNCTIONS, name.span, "E031")


def arity(name: str, given: int) -> str:
    """What a call of a function with ``given`` arguments has wrong."""
    least, most = FUNCTIONS[name].least, FUNCTIONS[name].most
    wanted = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
    return f"`{name}` takes {wanted} argument{'' if wanted == '1' else 's'}, not {given}"
