"""Programs that mostly check clean: what the passes behind the parser are fuzzed with.

``program`` draws a model as a person would write it: a bare diagram, declared variables with arrows, or
equations for all or some of them, with constants, noise, tables, queries and assertions beside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

NAMES = ("X", "Y", "Z", "W", "A", "B", "M", "U1", "treated", "out_come", "Q", "S")
FUNCTIONS = ("abs", "exp", "sqrt", "sin", "tanh", "sigmoid", "round", "floor")
_JOINS = ("and", "or", "xor")
NUMBERS = ("0", "1", "2", "0.5", "0.25", "1e-3", "3", "7", "0.1", "10")


@dataclass
class _Variable:
    name: str
    domain: str
    levels: tuple[str, ...]  # as a configuration or a query writes them; none of a real variable

    @property
    def is_finite(self) -> bool:
        return bool(self.levels)


@dataclass
class _Draft:
    random: Random
    variables: list[_Variable] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)


def program(random: Random) -> str:
    """A model text."""
    draft = _Draft(random)
    if random.random() < 0.3:
        draft.lines.append("model fuzzed")
    if random.random() < 0.2:
        _bare(draft)
    else:
        _declared(draft)
    for number in range(random.randrange(3)):
        draft.lines.append(f"query q{number} = {query(random, draft.variables)}")
    for _ in range(random.randrange(2)):
        draft.lines.append(f"assert {_claim(draft)}")
    return random.choice(("\n", "\n", "\n\n", "; ", "  # said\n")).join(draft.lines) + "\n"


def _variables(random: Random) -> list[_Variable]:
    names = random.sample(NAMES, random.randint(1, 6))
    return [_variable(random, name) for name in names]


def _variable(random: Random, name: str) -> _Variable:
    kind = random.randrange(6)
    if kind == 0:
        return _Variable(name, "real", ())
    if kind == 1:
        high = random.choice((1, 2, 4, 9))
        return _Variable(name, f"0..{high}", tuple(str(k) for k in range(high + 1)))
    if kind == 2:
        words = tuple(f"{word}_{name}" for word in random.sample(("low", "mid", "high", "none"), 3))
        return _Variable(name, f"{{{', '.join(words)}}}", words)
    return _Variable(name, "binary", ("0", "1"))


# --- diagrams


def _bare(draft: _Draft) -> None:
    draft.variables = [_Variable(v.name, "", ("0", "1")) for v in _variables(draft.random)]
    draft.lines.append("{" + ", ".join(v.name for v in draft.variables) + "}")
    _arrows(draft)


def _arrows(draft: _Draft) -> None:
    """Forward in the order of the variables, so without a cycle."""
    random, names = draft.random, [v.name for v in draft.variables]
    for at, name in enumerate(names[1:], 1):
        causes = random.sample(names[:at], random.randint(0, min(at, 2)))
        if len(causes) == 2 and random.random() < 0.5:
            draft.lines.append(f"{{{causes[0]}, {causes[1]}}} -> {name}")
        else:
            draft.lines += [random.choice((f"{cause} -> {name}", f"{name} <- {cause}")) for cause in causes]
        if random.random() < 0.3:
            draft.lines.append(f"{random.choice(names[:at])} <-> {name}")


# --- equations


def _declared(draft: _Draft) -> None:
    random = draft.random
    draft.variables = _variables(random)
    for variable in draft.variables:
        latent = "latent " if random.random() < 0.1 else ""
        draft.lines.append(f"{latent}{variable.name}: {variable.domain}")
    if random.random() < 0.3:
        draft.constants.append("p")
        draft.lines.append(f"let p = {random.choice(('0.5', '1 / 4', '1 - 0.25', 'min(0.1, 0.2)'))}")
    if random.random() < 0.3:
        _arrows(draft)
        _mechanisms(draft)
        return
    noise = _noise(draft)
    known = 1.0 if random.random() < 0.6 else 0.6
    for at, variable in enumerate(draft.variables):
        if random.random() < known:
            causes = draft.variables[:at]
            draft.lines.append(_equation(draft, variable, random.sample(causes, min(at, 2)), noise))


def _noise(draft: _Draft) -> str:
    if draft.random.random() < 0.5:
        return ""
    draft.lines.append(f"exogenous U ~ {draft.random.choice(('bernoulli(0.5)', 'bernoulli(0.1)'))}")
    return "U"


def _mechanisms(draft: _Draft) -> None:
    for variable in draft.variables:
        if draft.random.random() < 0.3:
            kind = draft.random.choice(("table", "mlp", "mlp(hidden=[8])", "table(shared=4)"))
            draft.lines.append(f"mechanism {variable.name}: {kind}")


def _equation(draft: _Draft, variable: _Variable, causes: list[_Variable], noise: str) -> str:
    random = draft.random
    if not variable.is_finite:
        mean = _number(draft, causes, 2)
        return f"{variable.name} ~ normal({mean}, {random.choice(('1', '0.5', '2'))})"
    finite = [cause for cause in causes if cause.is_finite]
    if variable.domain == "binary" and random.random() < 0.7:
        if noise and random.random() < 0.6:
            truth = _truth(draft, causes, 2)
            return f"{variable.name} := ({truth}) {random.choice(('xor', 'and', 'or'))} {noise}"
        return f"{variable.name} ~ bernoulli({_probability(draft, causes)})"
    return _table(draft, variable, finite)


def _table(draft: _Draft, variable: _Variable, causes: list[_Variable]) -> str:
    rows = []
    for configuration in _configurations(causes):
        weights = [draft.random.randint(1, 8) for _ in variable.levels]
        shares = ", ".join(f"{weight}/{sum(weights)}" for weight in weights)
        rows.append(f"  ({', '.join(configuration)}): [{shares}]")
    inside = "\n".join(rows)
    return f"{variable.name} ~ table({', '.join(c.name for c in causes)}) {{\n{inside}\n}}"


def _configurations(causes: list[_Variable]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for cause in causes:
        found = [(*row, level) for row in found for level in cause.levels]
    return found


# --- expressions


def _probability(draft: _Draft, causes: list[_Variable]) -> str:
    random = draft.random
    plain = [*draft.constants, "0.5", "0.2", "1/3", "0"]
    if not causes or random.random() < 0.4:
        return random.choice(plain)
    if random.random() < 0.5:
        return f"sigmoid({_number(draft, causes, 2)})"
    return f"if {_truth(draft, causes, 1)} then {random.choice(plain)} else {random.choice(plain)}"


def _truth(draft: _Draft, causes: list[_Variable], fuel: int) -> str:
    random = draft.random
    if not causes or not fuel:
        binary = [cause.name for cause in causes if cause.domain == "binary"]
        return random.choice([*binary, "true", "false"])
    forms: tuple[Callable[[], str], ...] = (
        lambda: f"not {_truth(draft, causes, fuel - 1)}",
        lambda: f"({_truth(draft, causes, fuel - 1)} {random.choice(_JOINS)} {_truth(draft, causes, 0)})",
        lambda: _comparison(draft, random.choice(causes)),
    )
    return random.choice(forms)()


def _comparison(draft: _Draft, cause: _Variable) -> str:
    value = draft.random.choice(cause.levels or ("0", "1.5", "-2"))
    named = cause.domain.startswith("{")
    return f"{cause.name} {draft.random.choice(('==', '!=') if named else ('==', '!=', '<', '>='))} {value}"


def _number(draft: _Draft, causes: list[_Variable], fuel: int) -> str:
    random = draft.random
    numbers = [c.name for c in causes if not c.domain.startswith("{")]
    if not fuel or random.random() < 0.2:
        return random.choice([*numbers, *draft.constants, *NUMBERS[:5]])
    left, right = _number(draft, causes, fuel - 1), _number(draft, causes, fuel - 1)
    return random.choice(
        (
            f"{left} {random.choice('+-*')} {right}",
            f"({left}) / {random.choice(NUMBERS[1:])}",
            f"-({left})",
            f"{random.choice(('tanh', 'sin', 'abs', 'sigmoid', 'min', 'max'))}({left})",
            f"clip({left}, -1, 1)",
            f"({left}) ** 2",
            f"(if {_truth(draft, causes, 1)} then {left} else {right})",
        )
    )


# --- queries


def query(random: Random, variables: list[_Variable]) -> str:
    """A query about some variables; about all there could be where there is none."""
    chosen = variables or [_Variable(name, "binary", ("0", "1")) for name in NAMES[:4]]
    one, other = random.choice(chosen), random.choice(chosen)
    return random.choice(
        (
            f"do({_setting(random, one)})",
            f"do({_setting(random, one)}, {_setting(random, other)})",
            f"P({_setting(random, one)})",
            f"P({_setting(random, one)} | {_setting(random, other)})",
            f"P({_setting(random, one)} | do({_setting(random, other)}))",
            f"P({one.name}[{_setting(random, other)}]={_level(random, one)})",
            f"E({one.name})",
            f"E({one.name} | do({_setting(random, other)}))",
            f"E({one.name}[{_setting(random, other)}]) - E({one.name})",
            f"ATE({other.name}, {one.name})",
            f"P({one.name}[{other.name}[{_setting(random, one)}]]={_level(random, one)})",
        )
    )


def _setting(random: Random, variable: _Variable) -> str:
    return f"{variable.name}={_level(random, variable)}"


def _level(random: Random, variable: _Variable) -> str:
    return random.choice(variable.levels or ("0.5", "-1", "3"))


def _claim(draft: _Draft) -> str:
    random = draft.random
    if random.random() < 0.4:
        return f"{query(random, draft.variables)} >= 0"
    names = [v.name for v in draft.variables]
    a, b, c = (random.choice(names) for _ in range(3))
    return random.choice(
        (
            f"independent({a}, {b})",
            f"not independent({{{a}, {b}}}, {c})",
            f"independent({a}, {b} | {c})",
            f"identifiable(P({a} | do({b})))",
            f"not identifiable(P({a} | do({b}), {c}))",
        )
    )
