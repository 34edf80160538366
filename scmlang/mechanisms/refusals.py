"""What the neural back end cannot build, each as a diagnostic at the place that states it."""

from __future__ import annotations

from scmlang.diagnostics.base import Diagnostic
from scmlang.semantics.model import CausalModel, Variable
from scmlang.source import Span


def known(model: CausalModel, variable: Variable) -> Diagnostic:
    span = variable.equation.span if variable.equation else variable.span
    message = f"the mechanism of `{variable.name}` is known, and only unknown ones are learned"
    helps = (
        "to learn the model from data, write its diagram and mechanism types and leave the equations out",
        "to draw data from the equations, use `scmlang sample`",
    )
    return Diagnostic("E173", message, model.source, span, "this equation", helps=helps)


def without_domains(model: CausalModel) -> Diagnostic:
    first = next(iter(model.variables.values()))
    message = f"the variables of `{model.name}` have no domains, so it is not known what to learn"
    helps = (f"give every variable one, for example `{first.name}: binary`",)
    return Diagnostic("E178", message, model.source, first.span, helps=helps)


def latent(model: CausalModel, variable: Variable) -> Diagnostic:
    span = variable.mechanism.span if variable.mechanism else variable.span
    message = f"`{variable.name}` is latent, and mechanisms are learned for observed variables"
    helps = ("take its mechanism type away: its effects become confounded or caused by its own causes",)
    return Diagnostic("E176", message, model.source, span, helps=helps)


def second_image(model: CausalModel, first: Variable, second: Variable) -> Diagnostic:
    message = f"`{first.name}` and `{second.name}` are both images, and a model may have one"
    return Diagnostic("E172", message, model.source, second.span)


def causing(model: CausalModel, image: Variable, child: str) -> Diagnostic:
    message = f"the image `{image.name}` causes `{child}`, and an image can only be an effect yet"
    return Diagnostic("E170", message, model.source, _edge(model, image.name, child), "this arrow")


def confounded(model: CausalModel, image: Variable, other: str) -> Diagnostic:
    message = f"the image `{image.name}` and `{other}` are confounded, and only labels can be yet"
    span = _edge(model, image.name, other)
    return Diagnostic("E171", message, model.source, span, "a hidden common cause")


def causeless(model: CausalModel, image: Variable) -> Diagnostic:
    message = f"nothing causes the image `{image.name}`, so there is nothing to ask of it"
    helps = (f"draw an arrow into it, for instance `X -> {image.name}`",)
    return Diagnostic("E175", message, model.source, image.span, helps=helps)


def _edge(model: CausalModel, a: str, b: str) -> Span:
    """Where an edge is stated; the image's own name when it comes about by projection."""
    pair = (min(a, b), max(a, b))
    return model.edges.get((a, b)) or model.confounded.get(pair) or model.variables[a].span
