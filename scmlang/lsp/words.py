"""What the words of the language mean, a line each, and what registered parts say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scmlang.data.renderers import RENDERERS
from scmlang.mechanisms import MECHANISMS
from scmlang.semantics.draws import USAGE
from scmlang.semantics.effects import EFFECTS
from scmlang.semantics.signatures import Option, Parameter

KEYWORDS: Mapping[str, str] = {
    "model": "`model NAME` names the model",
    "latent": "`latent U: binary` declares an endogenous variable that is never observed",
    "exogenous": "`exogenous U ~ bernoulli(0.5)` declares an exogenous variable by its distribution",
    "let": "`let p = 0.1` names an expression",
    "mechanism": "`mechanism V: type(option=value)` says how the mechanism of V is learned",
    "monotone": "`monotone X -> Y`: Y never falls as X rises, all else alike",
    "query": "`query NAME = …` names a query",
    "assert": "`assert …` states something that must hold of the model",
    "within": "`assert a == b within 0.01` allows a difference",
    "do": "`do(X=1)` sets X from outside, whatever its causes",
    "if": "`if condition then a else b`",
    "then": "`if condition then a else b`",
    "else": "`if condition then a else b`",
    "not": "negation",
    "and": "conjunction",
    "or": "disjunction",
    "xor": "exclusive disjunction",
    "true": "the truth value 1",
    "false": "the truth value 0",
}
DOMAINS: Mapping[str, str] = {
    "binary": "`binary`: the levels 0 and 1, or `false` and `true`",
    "real": "`real`: a real number",
    "bits": "`bits(n)`: n bits, the most significant first",
    "image": "`image(channels, height, width)`: a picture, grey with 1 channel and coloured with 3",
}
FUNCTIONS: Mapping[str, str] = {
    "min": "`min(a, b, …)`: the least",
    "max": "`max(a, b, …)`: the greatest",
    "abs": "`abs(x)`: the absolute value",
    "sign": "`sign(x)`: -1, 0 or 1",
    "clip": "`clip(x, low, high)`: x, held between two bounds",
    "round": "`round(x)`: the nearest integer, of two the even one",
    "floor": "`floor(x)`: the greatest integer not above x",
    "ceil": "`ceil(x)`: the least integer not below x",
    "exp": "`exp(x)`: the exponential",
    "log": "`log(x)`: the natural logarithm",
    "sqrt": "`sqrt(x)`: the square root",
    "sin": "`sin(x)`: the sine of x in radians",
    "cos": "`cos(x)`: the cosine of x in radians",
    "tanh": "`tanh(x)`: the hyperbolic tangent",
    "sigmoid": "`sigmoid(x)`: 1 / (1 + exp(-x))",
}
DISTRIBUTIONS: Mapping[str, str] = {
    **USAGE,
    "table": USAGE.get("table", "`table(X, Y) { (0, 0): [0.9, 0.1] … }`: a row for each configuration"),
}
COUPLING_MEANING = "how the noise of a draw answers to the parents: `monotone`, the default, or `gumbel`"
QUANTITIES: Mapping[str, str] = {
    "P": "`P(Y=1 | do(X=1), Z=0)`: a probability",
    "E": "`E(Y | do(X=1))`: a mean",
    **{name: f"`{effect.usage}`: {effect.meaning}" for name, effect in EFFECTS.items()},
    "independent": "`assert independent(X, Y | Z)`: X and Y are m-separated by Z in the diagram",
    "identifiable": "`assert identifiable(P(Y | do(X)))`: the diagram and the observed distribution fix it",
}


def meaning(word: str, *tables: Mapping[str, str]) -> str:
    """The first line that one of the tables has for a word, or nothing."""
    return next((table[word] for table in tables if word in table), "")


def describe_mechanism(name: str) -> str:
    """A mechanism type: what it is, and its options."""
    kind = MECHANISMS[name]
    return "\n\n".join([f"mechanism type `{name}`: {_summary(kind)}", _table(_options(kind.options))])


def describe_option(mechanism: str, name: str) -> str:
    """An option of a mechanism type, or nothing."""
    option = MECHANISMS[mechanism].options.get(name) if mechanism in MECHANISMS else None
    if option is None:
        return ""
    return f"option `{name}` of `{mechanism}`: {sentence(option)}"


def sentence(option: Option) -> str:
    """What an option is, which values it takes, and its default."""
    return f"{option.help or 'no description'} ({_values(option)}; {_default(option)})"


def describe_renderer(name: str) -> str:
    """A renderer: what it draws, and its parameters."""
    renderer = RENDERERS[name]
    rows = [f"| `{parameter}` | {parameter_sentence(p)} |" for parameter, p in renderer.parameters.items()]
    return "\n\n".join([f"renderer `{name}`: {_summary(renderer)}", _table(rows)])


def parameter_sentence(parameter: Parameter) -> str:
    """Which values a parameter of a renderer takes."""
    default = "required" if parameter.default is None else f"default {parameter.default:g}"
    return f"{_between(str(parameter.domain), parameter.low, parameter.high)}; {default}"


def _summary(part: object) -> str:
    text = " ".join((type(part).__doc__ or "").split("\n\n")[0].split())
    return text or "no description"


def _options(options: Mapping[str, Option]) -> list[str]:
    return [f"| `{name}` | {sentence(option)} |" for name, option in options.items()]


def _table(rows: list[str]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *rows]) if rows else ""


def _values(option: Option) -> str:
    if option.choices:
        return " or ".join(f"`{choice}`" for choice in option.choices)
    return _between(option.type, option.low, option.high)


def _between(what: str, low: float | None, high: float | None) -> str:
    return " ".join([what, *_bounds(low, high)])


def _bounds(low: float | None, high: float | None) -> Iterator[str]:
    if low is not None:
        yield f"from {low:g}"
    if high is not None:
        yield f"to {high:g}"


def _default(option: Option) -> str:
    default = option.default
    if isinstance(default, bool):
        return f"default `{str(default).lower()}`"
    return f"default `{list(default) if isinstance(default, tuple) else default}`"
