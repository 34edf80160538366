"""Which mechanism every observed variable gets: from a checked model to a plan.

Needs a checked model and its diagram. Works on the diagram's latent projection onto the observed variables
(Verma & Pearl 1990), so latent endogenous variables become edges. Guarantees a plan that
:func:`scmlang.mechanisms.build.build_model` can build, or a located diagnostic for each reason why not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.limits import LIMITS
from scmlang.mechanisms import MECHANISMS
from scmlang.mechanisms.base import automatic_embedding
from scmlang.neural.plan import ImagePlan, LabelPlan, NeuralPlan, SharedNoise
from scmlang.semantics.domains import Finite, Image
from scmlang.semantics.model import CausalModel, OptionValue, Variable
from scmlang.source import Span


def assign(model: CausalModel, diagram: Diagram) -> NeuralPlan:
    """The plan of a model.

    Args:
        model: a checked model.
        diagram: its diagram, latent variables included.

    Raises:
        ScmError: E170 to E176, for what the neural back end cannot build.
    """
    projected = diagram.latent_projection()
    problems = _unsupported(model, projected)
    if problems:
        raise ScmError(problems)
    order = [model.variables[name] for name in projected.topological_order]
    labels = [variable for variable in order if not variable.is_image]
    cliques = [tuple(sorted(clique)) for clique in projected.cliques]
    names = frozenset(variable.name for variable in labels)
    plans = tuple(_label(model, projected, variable, cliques) for variable in labels)
    shared = tuple(_noise(clique, plans) for clique in cliques)
    components = tuple(
        tuple(variable.name for variable in labels if variable.name in component)
        for component in projected.c_components
        if component & names
    )
    image = next((_image(projected, variable, labels) for variable in order if variable.is_image), None)
    plan = NeuralPlan(plans, image, shared, components)
    problems = _too_large(model, plan)
    if problems:
        raise ScmError(problems)
    return plan


def _unsupported(model: CausalModel, diagram: Diagram) -> list[Diagnostic]:
    found = [_known(model, variable) for variable in model.observed if variable.equation is not None]
    images = [variable for variable in model.observed if variable.is_image]
    found += [_second_image(model, images[0], other) for other in images[1:]]
    for image in images:
        found += [_causing(model, image, child) for child in sorted(diagram.children(image.name))]
        found += [_confounded(model, image, other) for other in sorted(diagram.spouses(image.name))]
        if not diagram.parents(image.name):
            found.append(_causeless(model, image))
    for variable in model.observed:
        kind = MECHANISMS[_type(model, variable)[0]]
        if (reason := kind.misfit(variable, model)) is not None:
            found.append(Diagnostic("E176", reason, model.source, variable.span))
    return found


def _type(model: CausalModel, variable: Variable) -> tuple[str, str]:
    """The mechanism type's name and why it is this one."""
    if variable.mechanism is not None:
        return variable.mechanism.type, "as the file says"
    if isinstance(variable.domain, Image):
        return "diffusion", "the default for images"
    reason = MECHANISMS["table"].misfit(variable, model)
    return ("table", "finite, with finite parents") if reason is None else ("mlp", reason)


def _options(kind: str, variable: Variable) -> dict[str, OptionValue]:
    written = variable.mechanism.options if variable.mechanism else {}
    options = {name: written.get(name, option.default) for name, option in MECHANISMS[kind].options.items()}
    if options.get("embedding") == 0:
        options["embedding"] = automatic_embedding(variable)
    return options


def _label(
    model: CausalModel, diagram: Diagram, variable: Variable, cliques: list[tuple[str, ...]]
) -> LabelPlan:
    kind, reason = _type(model, variable)
    if isinstance(variable.domain, Image):
        raise TypeError("an image is no label")
    parents = diagram.parents(variable.name)
    return LabelPlan(
        name=variable.name,
        domain=variable.domain,
        parents=tuple(name for name in model.variables if name in parents),
        shared=tuple(i for i, clique in enumerate(cliques) if variable.name in clique),
        mechanism=kind,
        options=_options(kind, variable),
        reason=reason,
    )


def _image(diagram: Diagram, variable: Variable, labels: list[Variable]) -> ImagePlan:
    if not isinstance(variable.domain, Image):
        raise TypeError("a label is no image")
    parents = diagram.parents(variable.name)
    kind = variable.mechanism.type if variable.mechanism else "diffusion"
    return ImagePlan(
        name=variable.name,
        domain=variable.domain,
        parents=tuple(label.name for label in labels if label.name in parents),
        mechanism=kind,
        options=_options(kind, variable),
        reason="as the file says" if variable.mechanism else "the default for images",
    )


def _noise(clique: tuple[str, ...], plans: tuple[LabelPlan, ...]) -> SharedNoise:
    sizes = [plan.options["shared"] for plan in plans if plan.name in clique]
    return SharedNoise(clique, max(size for size in sizes if isinstance(size, int)))


def _too_large(model: CausalModel, plan: NeuralPlan) -> list[Diagnostic]:
    return [
        *(problem for c in plan.components if (problem := _component_size(model, plan, c))),
        *(problem for label in plan.labels if (problem := _table_size(model, plan, label))),
    ]


def _component_size(model: CausalModel, plan: NeuralPlan, component: tuple[str, ...]) -> Diagnostic | None:
    indices = {i for name in component for i in plan.label(name).shared}
    states = math.prod(plan.shared[i].states for i in indices)
    if states <= LIMITS.shared_states:
        return None
    message = f"the noise shared by {_listed(component)} has {states:,} joint states"
    return Diagnostic(
        "E174",
        message,
        model.source,
        model.variables[component[0]].span,
        f"at most {LIMITS.shared_states:,} are enumerated",
        helps=("give the variables a smaller `shared`, for instance `table(shared=4)`",),
    )


def _table_size(model: CausalModel, plan: NeuralPlan, label: LabelPlan) -> Diagnostic | None:
    if label.mechanism != "table" or not isinstance(label.domain, Finite):
        return None
    sizes: Mapping[str, int] = {
        other.name: other.domain.size for other in plan.labels if isinstance(other.domain, Finite)
    }
    unfit = [name for name in label.parents if name not in sizes]
    span = model.variables[label.name].span
    if unfit:
        message = (
            f"`table` needs finite parents, and `{unfit[0]}` causes `{label.name}` through latent variables"
        )
        return Diagnostic("E176", message, model.source, span)
    cells = label.domain.size * math.prod(sizes[name] for name in label.parents)
    cells *= math.prod(plan.shared[i].states for i in label.shared)
    if cells <= LIMITS.table_cells:
        return None
    message = f"the table of `{label.name}` has {cells:,} cells with its shared noise"
    helps = ("use `mlp`, or a smaller `shared`",)
    return Diagnostic("E176", message, model.source, span, f"at most {LIMITS.table_cells:,}", helps=helps)


def _known(model: CausalModel, variable: Variable) -> Diagnostic:
    span = variable.equation.span if variable.equation else variable.span
    message = f"the mechanism of `{variable.name}` is known, and only unknown ones are learned"
    helps = (
        "to learn the model from data, write its diagram and mechanism types and leave the equations out",
        "to draw data from the equations, use `scmlang sample`",
    )
    return Diagnostic("E173", message, model.source, span, "this equation", helps=helps)


def _second_image(model: CausalModel, first: Variable, second: Variable) -> Diagnostic:
    message = f"`{first.name}` and `{second.name}` are both images, and a model may have one"
    return Diagnostic("E172", message, model.source, second.span)


def _causing(model: CausalModel, image: Variable, child: str) -> Diagnostic:
    message = f"the image `{image.name}` causes `{child}`, and an image can only be an effect yet"
    return Diagnostic("E170", message, model.source, _edge(model, image.name, child), "this arrow")


def _confounded(model: CausalModel, image: Variable, other: str) -> Diagnostic:
    message = f"the image `{image.name}` and `{other}` are confounded, and only labels can be yet"
    span = _edge(model, image.name, other)
    return Diagnostic("E171", message, model.source, span, "a hidden common cause")


def _causeless(model: CausalModel, image: Variable) -> Diagnostic:
    message = f"nothing causes the image `{image.name}`, so there is nothing to ask of it"
    helps = (f"draw an arrow into it, for instance `X -> {image.name}`",)
    return Diagnostic("E175", message, model.source, image.span, helps=helps)


def _edge(model: CausalModel, a: str, b: str) -> Span:
    """Where an edge is stated; the image's own name when it comes about by projection."""
    pair = (min(a, b), max(a, b))
    return model.edges.get((a, b)) or model.confounded.get(pair) or model.variables[a].span


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
