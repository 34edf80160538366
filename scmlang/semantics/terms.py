"""Quantities of queries, resolved: each mistake is reported, each variable gets its world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scmlang.diagnostics.base import Note
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.effects import EFFECTS, define
from scmlang.semantics.errors import Problems, suggestion
from scmlang.semantics.model import Role, Variable
from scmlang.semantics.quantities import (
    Arithmetic,
    Constant,
    Counterfactual,
    Effect,
    Event,
    Expectation,
    Negative,
    Probability,
    Quantity,
    World,
    counterfactuals,
)
from scmlang.semantics.worlds import Worlds, is_binary
from scmlang.source import Span
from scmlang.syntax import ast

Events = tuple[Event | Counterfactual, ...]
Subscript = tuple[ast.Setting | ast.Counterfactual, ...]
_EVENT = "an event is a variable with a value: `Y=1`, `Y[X=1]=0`, `D < 3`"
PREDICATES = ("independent", "identifiable")
_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Terms:
    """Resolves quantities against the variables of a model and what each is caused by."""

    def __init__(
        self,
        variables: Mapping[str, Variable],
        parents: Mapping[str, Sequence[str]],
        problems: Problems,
    ) -> None:
        self.variables = variables
        self.parents = parents
        self.problems = problems
        self.worlds = Worlds(variables, problems)
        self._computed = problems.has_errors or all(v.equation is not None for v in variables.values())

    # --- outside of P and E

    def quantity(self, node: ast.Quantity, given: tuple[ast.Condition, ...] = ()) -> Quantity | None:
        """A number or table, every probability in it conditioned on ``given`` too."""
        match node:
            case ast.Number(_, value):
                return Constant(value)
            case ast.Opposite(_, operator, operand):
                return _signed(operator, self.quantity(operand, given))
            case ast.Arithmetic(_, operator, left, right):
                return _combined(operator, self.quantity(left, given), self.quantity(right, given))
            case ast.Application():
                return self._application(node, given)
            case ast.Counterfactual():
                name = node.variable.text
                helps = [f"write `P({name}=…)` for a probability, `E({name})` for a mean"]
                self.problems.add("E081", f"`{name}` alone is no number", node.span, helps=helps)
            case ast.Truth():
                self.problems.add("E081", "a truth value is no number", node.span)
        return None

    def _application(self, node: ast.Application, given: tuple[ast.Condition, ...]) -> Quantity | None:
        name = node.function.text
        conditions = (*node.conditions, *given)
        if name == "P":
            return self._probability(node, conditions)
        if name == "E":
            return self._expectation(node, conditions)
        if name in EFFECTS:
            return self._effect(node, conditions)
        helps: tuple[str, ...] = suggestion(name, ("P", "E", *EFFECTS))
        if name in PREDICATES:
            helps = (f"`{name}` is true or false: write `assert {name}(…)`",)
        elif name.casefold() in ("pr", "prob", "p"):
            helps = ("a probability is written `P(…)`",)
        known = ", ".join(f"`{word}`" for word in ("P", "E", *EFFECTS))
        message = f"there is no quantity `{name}`"
        self.problems.add("E074", message, node.function.span, helps=helps or [f"there are {known}"])
        return None

    def _probability(
        self, node: ast.Application, conditions: tuple[ast.Condition, ...]
    ) -> Probability | None:
        world = self._do(conditions)
        events = self.events(node.arguments, world, evidence=False)
        given = self._given(conditions, world)
        if events is None or given is None:
            return None
        self._named_once(events, node.arguments, given)
        return Probability(events, given) if self._consistent(node, conditions, given) else None

    def _expectation(
        self, node: ast.Application, conditions: tuple[ast.Condition, ...]
    ) -> Expectation | None:
        world = self._do(conditions)
        given = self._given(conditions, world)
        if len(node.arguments) != 1 or isinstance(node.arguments[0], ast.Event | ast.Several):
            helps = ["write `E(Y)`, or `P(…)` for the probability of an event"]
            self.problems.add("E077", "`E` has one argument, a number", node.span, helps=helps)
            return None
        of = self.inside(node.arguments[0], world)
        if of is None or given is None or not self._consistent(node, conditions, given):
            return None
        return Expectation(of, given)

    def _effect(self, node: ast.Application, conditions: tuple[ast.Condition, ...]) -> Effect | None:
        effect = EFFECTS[node.function.text]
        usage = f"write `{effect.usage}`: {effect.meaning}"
        for condition in conditions:
            if isinstance(condition, ast.Do):
                message = f"`{effect.name}` compares worlds of its own, and takes no `do`"
                self.problems.add("E077", message, condition.span, helps=[usage])
                return None
        arguments = self.events(node.arguments, (), evidence=True)
        given = self._given(conditions, ())
        if arguments is None or given is None:
            return None
        plain = [a for a in arguments[:2] if isinstance(a, Counterfactual) and not a.world]
        held = [a for a in arguments[2:] if isinstance(a, Event) and a.relation == "="]
        if len(plain) != 2 or len(held) != len(arguments) - 2 or bool(held) != effect.controlled:
            message = f"these are not the arguments of `{effect.name}`"
            self.problems.add("E077", message, node.span, helps=[usage])
            return None
        cause, outcome = plain[0].variable, plain[1].variable
        if cause == outcome:
            message = f"`{cause}` is no cause of itself"
            self.problems.add("E077", message, node.span, helps=[usage])
            return None
        needed = (cause, outcome) if effect.binary_outcome else (cause,)
        if not all(self._two_valued(name, node) for name in needed):
            return None
        definition = define(effect, cause, outcome, tuple(held), given, self.parents)
        return Effect(effect.name, arguments, given, definition)

    def _two_valued(self, name: str, node: ast.Application) -> bool:
        domain = self.variables[name].domain
        if is_binary(domain):
            return True
        helps = ["name the two values: `E(Y | do(X=b)) - E(Y | do(X=a))`"]
        message = f"`{node.function.text}` needs a `{name}` of two values, and its domain is {domain}"
        self.problems.add("E078", message, node.span, helps=helps)
        return False

    # --- inside of P and E

    def inside(self, node: ast.Quantity, world: World) -> Quantity | None:
        """Arithmetic over counterfactual variables; those without a subscript are in ``world``."""
        match node:
            case ast.Number(_, value):
                return Constant(value)
            case ast.Truth(_, truth):
                return Constant(int(truth))
            case ast.Opposite(_, operator, operand):
                return _signed(operator, self.inside(operand, world))
            case ast.Arithmetic(_, operator, left, right):
                return _combined(operator, self.inside(left, world), self.inside(right, world))
            case ast.Counterfactual():
                return self.variable(node, world)
            case ast.Application():
                name = node.function.text
                helps = [f"take `{name}(…)` out of the brackets"]
                message = f"`{name}(…)` cannot stand inside a probability or expectation"
                self.problems.add("E081", message, node.span, helps=helps)
                return None

    def variable(self, node: ast.Counterfactual, world: World = ()) -> Counterfactual | None:
        """The variable in its world; that of ``do`` where it has no subscript."""
        variable = self.variables.get(node.variable.text)
        if variable is None:
            self.problems.unknown_variable(node.variable.text, self.variables, node.variable.span)
            return None
        own = self._world(node.subscript)
        if own is None:
            return None
        if own and world:
            helps = ["write the whole intervention in each subscript: `P(Y[X=1, Z=0])`"]
            message = "`do` and a subscript cannot both say which world this is"
            self.problems.add("E080", message, node.span, helps=helps)
            return None
        if variable.is_image:
            helps = ["an image is asked about by its edit: `I[X=1] | I`"]
            message = f"`{variable.name}` is an image, whose values have no probabilities"
            self.problems.add("E076", message, node.span, helps=helps)
            return None
        if not self._is_told(variable, node.variable.span):
            return None
        return Counterfactual(variable.name, own or world)

    def _world(self, written: Subscript) -> World | None:
        """The world that settings make, each of a variable that data or equations tell of."""
        world = self.worlds.world(written)
        return world if world is not None and all(map(self._is_told_setting, written)) else None

    def _is_told_setting(self, setting: ast.Setting | ast.Counterfactual) -> bool:
        inner = setting.subscript if isinstance(setting, ast.Counterfactual) else ()
        told = self._is_told(self.variables[setting.variable.text], setting.variable.span)
        return told and all(map(self._is_told_setting, inner))

    def _is_told(self, variable: Variable, span: Span) -> bool:
        """Whether data show a variable or all equations are there; a report where not."""
        if variable.role is Role.OBSERVED or self._computed:
            return True
        what = "latent" if variable.role is Role.LATENT else "exogenous"
        message = f"`{variable.name}` is {what}, so no data show it, and not every equation is given"
        helps = ["ask about observed variables, or write all equations"]
        self.problems.add("E075", message, span, helps=helps)
        return False

    def events(self, nodes: tuple[ast.Condition, ...], world: World, *, evidence: bool) -> Events | None:
        """Events and bare variables, the sets among them spread out."""
        found: list[Event | Counterfactual] = []
        sound = True
        for node in _spread(nodes):
            event = self._event(node, world, evidence=evidence)
            sound = sound and event is not None
            if event is not None:
                found.append(event)
        return tuple(found) if sound else None

    def _event(self, node: ast.Operand, world: World, *, evidence: bool) -> Event | Counterfactual | None:
        if isinstance(node, ast.Counterfactual):
            return self.variable(node, world)
        if not isinstance(node, ast.Event):
            message, helps = "this is no event", [_EVENT]
            if isinstance(node, ast.Application) and node.function.text == "do":
                message, helps = "`do` stands behind the `|`", ["write `P(Y=1 | do(X=1))`"]
            self.problems.add("E081", message, node.span, helps=helps)
            return None
        if isinstance(node.right, ast.Counterfactual) and not isinstance(node.left, ast.Counterfactual):
            node = replace(node, left=node.right, right=node.left, relation=_MIRRORED[node.relation])
        if isinstance(node.left, ast.Counterfactual) and (text := _value_text(node.right, self.variables)):
            return self._valued(node, node.left, text, world, evidence=evidence)
        left, right = self.inside(node.left, world), self.inside(node.right, world)
        if left is None or right is None:
            return None
        event = Event(node.relation, left, right)
        if not any(True for _ in counterfactuals(event)):
            self.problems.add("E081", "no variable stands in this event", node.span, helps=[_EVENT])
            return None
        return event

    def _valued(
        self, node: ast.Event, written: ast.Counterfactual, text: str, world: World, *, evidence: bool
    ) -> Event | None:
        left = self.variable(written, world)
        if left is None:
            return None
        variable = self.variables[left.variable]
        domain = variable.domain
        exact = node.relation in ("=", "!=")
        if isinstance(domain, Real) and exact and not evidence:
            helps = [f"write an interval: `{left.variable} > {text}`"]
            message = f"`{left.variable}` is real, and each single value of it has probability 0"
            self.problems.add("E076", message, node.span, helps=helps)
            return None
        if isinstance(domain, Finite) and not exact and isinstance(node.right, ast.Number | ast.Opposite):
            bound = self.inside(node.right, ())
            return None if bound is None else Event(node.relation, left, bound)
        value = self.worlds.value(variable, text, node.right.span)
        return None if value is None else Event(node.relation, left, Constant(value))

    # --- conditions

    def _do(self, conditions: tuple[ast.Condition, ...]) -> World:
        written = [s for c in conditions if isinstance(c, ast.Do) for s in c.settings]
        return self._world(tuple(written)) or ()

    def _given(self, conditions: tuple[ast.Condition, ...], world: World) -> Events | None:
        plain = tuple(c for c in conditions if not isinstance(c, ast.Do))
        return self.events(plain, world, evidence=True)

    def _named_once(self, events: Events, written: tuple[ast.Operand, ...], given: Events) -> None:
        """Reports a variable that a table would have two columns for."""
        for i, (event, place) in enumerate(zip(events, _spread(written), strict=True)):
            if not isinstance(event, Counterfactual):
                continue
            if event in given:
                message = f"`{event.variable}` is both asked about and given"
                self.problems.add(
                    "E082", message, place.span, helps=["take it away from one side of the `|`"]
                )
            elif event in events[:i]:
                message = f"`{event.variable}` is asked about twice"
                self.problems.add("E082", message, place.span, helps=["name it once"])

    def _consistent(
        self, node: ast.Application, conditions: tuple[ast.Condition, ...], given: Events
    ) -> bool:
        """Reports evidence that no world can show."""
        values: dict[Counterfactual, tuple[object, Span]] = {}
        written = _spread(tuple(c for c in conditions if not isinstance(c, ast.Do)))
        for i, (event, place) in enumerate(zip(given, written, strict=True)):
            if isinstance(event, Counterfactual) and event in given[:i]:
                message = f"`{event.variable}` is given twice"
                self.problems.add("E082", message, place.span, helps=["name it once"])
                return False
            if not isinstance(event, Event) or event.relation != "=":
                continue
            if not (isinstance(event.left, Counterfactual) and isinstance(event.right, Constant)):
                continue
            name, value = event.left.variable, event.right.value
            held = next((h.value for h in event.left.world if h.variable == name), None)
            if held is not None and not isinstance(held, Counterfactual) and held != value:
                helps = [
                    f"for evidence from the actual world, write the subscript: `P(Y[{name}=…] | {name}=…)`"
                ]
                message = f"`{name}` cannot be given a value where `do` holds it at another"
                self.problems.add("E073", message, place.span, helps=helps)
                return False
            before = values.setdefault(event.left, (value, place.span))
            if before[0] != value:
                note = Note("another value here", before[1])
                message = f"`{name}` cannot have two values in one world"
                helps = ["give it one value; another world is written as a subscript: `Y[X=1]`"]
                self.problems.add("E073", message, place.span, notes=[note], helps=helps)
                return False
        return True


def _spread(nodes: tuple[ast.Condition, ...]) -> list[ast.Event | ast.Quantity]:
    spread: list[ast.Event | ast.Quantity] = []
    for node in nodes:
        if isinstance(node, ast.Several):
            spread += [ast.Counterfactual(name.span, name, ()) for name in node.names]
        elif not isinstance(node, ast.Do):
            spread.append(node)
    return spread


def _value_text(node: ast.Quantity, variables: Mapping[str, Variable]) -> str:
    """The text of a single value; empty for anything else, a variable of the model among it."""
    match node:
        case ast.Number(_, value):
            return str(value)
        case ast.Truth(_, truth):
            return "true" if truth else "false"
        case ast.Opposite(_, operator, ast.Number(_, value)):
            return f"-{value}" if operator == "-" else str(value)
        case ast.Counterfactual(_, name, ()) if name.text not in variables:
            return name.text
        case _:
            return ""


def _signed(operator: str, operand: Quantity | None) -> Quantity | None:
    if operand is None or operator == "+":
        return operand
    if isinstance(operand, Constant) and not isinstance(operand.value, str):
        return Constant(-operand.value)
    return Negative(operand)


def _combined(operator: str, left: Quantity | None, right: Quantity | None) -> Quantity | None:
    return None if left is None or right is None else Arithmetic(operator, left, right)
