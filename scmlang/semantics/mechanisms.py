"""Mechanism types: which variable learns by what, and whether its options make sense."""

from __future__ import annotations

from collections.abc import Mapping

from scmlang.diagnostics.base import Note
from scmlang.semantics.errors import Problems, listing
from scmlang.semantics.model import CausalModel, Equation, MechanismSpec, OptionValue, Role
from scmlang.semantics.names import Scope
from scmlang.semantics.signatures import Catalogue, MechanismSignature, Option
from scmlang.source import Span
from scmlang.syntax import ast

_WANTED = {
    "int": "an integer",
    "float": "a number",
    "bool": "`true` or `false`",
    "str": "a word",
    "ints": "a list of integers, as in `[64, 64]`",
}


class Mechanisms:
    """The mechanism types of one file, by variable."""

    def __init__(self, scope: Scope, catalogue: Catalogue[MechanismSignature], problems: Problems) -> None:
        self.scope = scope
        self.catalogue = catalogue
        self.problems = problems
        self.found: dict[str, MechanismSpec] = {}
        self.places: dict[str, Span] = {}

    def read(self, statement: ast.Mechanism, equations: Mapping[str, Equation]) -> None:
        """Check one ``mechanism`` statement."""
        spec = self._spec(statement)
        for name in statement.names:
            declared = self.scope.endogenous(name, self.problems)
            if declared is None or not self._free(name, declared.role, equations):
                continue
            if spec is not None:
                self.found[name.text], self.places[name.text] = spec, name.span

    def _free(self, name: ast.Name, role: Role, equations: Mapping[str, Equation]) -> bool:
        text = name.text
        if role is Role.EXOGENOUS:
            helps = ["what is learned is the mechanism of an endogenous variable"]
            message = f"`{text}` is exogenous, and its distribution is given"
            self.problems.add("E064", message, name.span, helps=helps)
        elif text in equations:
            note = Note("its equation", equations[text].span)
            message = f"`{text}` has an equation, so nothing of it is learned"
            self.problems.add("E064", message, name.span, notes=[note], helps=["take one of them away"])
        elif text in self.found:
            note = Note("the first one", self.places[text])
            message = f"`{text}` has two mechanism types"
            self.problems.add("E065", message, name.span, notes=[note], helps=["keep one of them"])
        else:
            return True
        return False

    def _spec(self, statement: ast.Mechanism) -> MechanismSpec | None:
        call = statement.call
        if call.function.text not in self.catalogue:
            known = self.catalogue.names()
            self.problems.unknown("mechanism type", call.function.text, known, call.function.span, "E060")
            return None
        signature = self.catalogue[call.function.text]
        options: dict[str, OptionValue] = {}
        sound = True
        for argument in call.arguments:
            sound = self._option(argument, signature, options) and sound
        return MechanismSpec(signature.name, options, statement.span) if sound else None

    def _option(
        self, argument: ast.Argument, signature: MechanismSignature, options: dict[str, OptionValue]
    ) -> bool:
        if argument.name is None:
            helps = listing(signature.options)
            self.problems.add("E061", "an option is written `name=value`", argument.span, helps=helps)
            return False
        name = argument.name.text
        if name not in signature.options:
            what = f"option of `{signature.name}` called"
            self.problems.unknown(what, name, signature.options, argument.name.span, "E061")
            return False
        if name in options:
            self.problems.add("E061", f"`{name}` is given twice", argument.span)
            return False
        option = signature.options[name]
        value = _read(argument.value, option.type)
        if value is None:
            self._bad(name, f"must be {_WANTED[option.type]}", argument.value.span, option)
            return False
        wrong = _outside(value, option)
        if wrong:
            self._bad(name, wrong, argument.value.span, option)
            return False
        options[name] = value
        return True

    def _bad(self, name: str, wrong: str, span: Span, option: Option) -> None:
        helps = [f"{name}: {option.help}"] if option.help else []
        self.problems.add("E062", f"`{name}` {wrong}", span, helps=helps)

    def fit(self, model: CausalModel) -> None:
        """Ask each type whether it can be used for its variable in this model."""
        for name, spec in self.found.items():
            reason = self.catalogue[spec.type].misfit(model.variables[name], model)
            if reason:
                message = f"`{spec.type}` cannot be used for `{name}`: {reason}"
                others = [t for t in self.catalogue.names() if not self._misfit(t, name, model)]
                helps = [f"leave it out, or use {' or '.join(f'`{t}`' for t in others)}"] if others else []
                self.problems.add("E063", message, self.places[name], helps=helps)

    def _misfit(self, type: str, name: str, model: CausalModel) -> str | None:
        return self.catalogue[type].misfit(model.variables[name], model)


def _read(node: ast.Expression | ast.Range, type: str) -> OptionValue | None:
    if type == "str":
        return node.text if isinstance(node, ast.Word) else None
    if type == "bool":
        return node.value if isinstance(node, ast.Truth) else None
    if type == "ints":
        return _integers(node)
    number = _number(node)
    if number is None or (type == "int" and not isinstance(number, int)):
        return None
    return float(number) if type == "float" else number


def _integers(node: ast.Expression | ast.Range) -> tuple[int | float, ...] | None:
    if not isinstance(node, ast.Vector):
        return None
    numbers = [_number(item) for item in node.items]
    found = tuple(number for number in numbers if isinstance(number, int))
    return found if len(found) == len(numbers) else None


def _number(node: ast.Expression | ast.Range) -> int | float | None:
    if isinstance(node, ast.Unary) and node.operator == "-" and isinstance(node.operand, ast.Number):
        return -node.operand.value
    return node.value if isinstance(node, ast.Number) else None


def _outside(value: OptionValue, option: Option) -> str | None:
    if isinstance(value, str):
        if option.choices and value not in option.choices:
            return "must be one of " + ", ".join(f"`{choice}`" for choice in option.choices)
        return None
    if isinstance(value, bool):
        return None
    for number in value if isinstance(value, tuple) else (value,):
        if option.low is not None and number < option.low:
            return f"must be at least {option.low:g}"
        if option.high is not None and number > option.high:
            return f"must be at most {option.high:g}"
    return None
