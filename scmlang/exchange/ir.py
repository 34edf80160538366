"""The checked model as canonical ``.scm`` text: the compiler's intermediate representation.

Every ``let`` is put in, level names in expressions are numbers, every operator has its brackets, and each
kind of statement has its place. The text reads back as the same model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.expressions import Call, Constant, Expression, Reference
from scmlang.semantics.model import (
    Assignment,
    CausalModel,
    Coupling,
    Draw,
    Equation,
    MechanismSpec,
    OptionValue,
    Role,
    Table,
    Variable,
)


def write(model: CausalModel) -> str:
    """The canonical text of a model."""
    blocks = [
        [f"model {model.name}"],
        list(_declarations(model)),
        list(_arrows(model)),
        [f"monotone {cause} -> {effect}" for cause, effect in model.monotone],
        [_equation(v.name, v.equation, model) for v in model.endogenous if v.equation is not None],
        [_mechanism(v.name, v.mechanism) for v in model.endogenous if v.mechanism is not None],
        [f"query {name} = {query}" for name, query in model.queries.items()],
        [assertion.text for assertion in model.assertions],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _declarations(model: CausalModel) -> Iterator[str]:
    """A line for each variable; the set of all of them where none has a domain to be written."""
    if model.has_domains:
        yield from (_declaration(v) for v in model.variables.values())
    else:
        latent = [v.name for v in model.variables.values() if v.role is Role.LATENT]
        yield from (f"latent {name}" for name in latent)
        shown = [name for name in model.variables if name not in set(latent)]
        yield from ["{" + ", ".join(shown) + "}"] if shown else []


def _declaration(variable: Variable) -> str:
    if variable.role is Role.EXOGENOUS:
        return f"exogenous {variable.name} ~ {_exogenous(variable)}"
    latent = "latent " if variable.role is Role.LATENT else ""
    return f"{latent}{variable.name}: {variable.domain}"


def _exogenous(variable: Variable) -> str:
    if not isinstance(variable.equation, Draw):
        raise TypeError(f"the exogenous {variable.name} has no distribution")
    return _draw(variable.equation, variable.domain)


def _arrows(model: CausalModel) -> Iterator[str]:
    """All edges, so that they can be held against the equations when the text is read back."""
    yield from (f"{cause} -> {effect}" for cause, effect in model.edges)
    yield from (f"{a} <-> {b}" for a, b in model.confounded)


def _equation(name: str, equation: Equation, model: CausalModel) -> str:
    if isinstance(equation, Assignment):
        return f"{name} := {expression(equation.expression)}"
    if isinstance(equation, Draw):
        return f"{name} ~ {_draw(equation, model.variables[name].domain)}"
    if isinstance(equation, Table):
        return f"{name} ~ {_table(equation)}"
    return f"{name} ~ {equation.renderer}({_named(equation.arguments)})"


def _draw(draw: Draw, domain: Domain) -> str:
    arguments = [expression(argument) for argument in draw.arguments]
    if draw.distribution == "uniform" and isinstance(domain, Finite):
        arguments = [f"{domain.offset}..{domain.offset + domain.size - 1}"]
    return f"{draw.distribution}({', '.join([*arguments, *_coupling(draw)])})"


def _coupling(equation: Draw | Table) -> list[str]:
    """The coupling as an option, where it is not the default."""
    default = equation.coupling is Coupling.MONOTONE
    return [] if default else [f"coupling={equation.coupling.value}"]


def _table(table: Table) -> str:
    rows = [
        f"  ({', '.join(map(str, configuration))}): [{', '.join(map(repr, chances))}]"
        for configuration, chances in sorted(table.rows.items())
    ]
    return f"table({', '.join([*table.parents, *_coupling(table)])}) {{\n" + "\n".join(rows) + "\n}"


def _named(arguments: Mapping[str, Expression]) -> str:
    return ", ".join(f"{name}={expression(value)}" for name, value in arguments.items())


def _mechanism(name: str, spec: MechanismSpec) -> str:
    options = ", ".join(f"{option}={_option(value)}" for option, value in spec.options.items())
    return f"mechanism {name}: {spec.type}({options})"


def _option(value: OptionValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(repr, value)) + "]"
    return value if isinstance(value, str) else repr(value)


def expression(node: Expression) -> str:
    """An expression in the language's syntax, fully bracketed."""
    if isinstance(node, Constant):
        return repr(node.value) if node.value >= 0 else f"(-{abs(node.value)!r})"
    if isinstance(node, Reference):
        return node.name
    return _call(node)


def _call(node: Call) -> str:
    parts = []
    for operand in node.operands:
        parts.append(expression(operand))
    operator = node.operator
    if operator == "if":
        return f"(if {parts[0]} then {parts[1]} else {parts[2]})"
    if operator == "vector":
        return f"[{', '.join(parts)}]"
    if operator == "index":
        return f"{parts[0]}[{parts[1]}]"
    if operator in ("not", "neg"):
        return f"({'not' if operator == 'not' else '-'} {parts[0]})"
    if operator.isidentifier() and operator not in ("and", "or", "xor"):
        return f"{operator}({', '.join(parts)})"
    return f"({parts[0]} {operator} {parts[1]})"
