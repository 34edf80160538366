"""Which mechanism every observed variable gets: from a checked model to a plan.

Needs a checked model and its diagram. Works on the diagram's latent projection onto the observed variables
(Verma & Pearl 1990), so latent endogenous variables become edges. Guarantees a plan that
:func:`scmlang.mechanisms.build.build_model` can build, or a located diagnostic for each reason why not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.limits import LIMITS
from scmlang.mechanisms import MECHANISMS, refusals
from scmlang.mechanisms.base import AUTOMATIC_STATES, automatic_embedding
from scmlang.neural.plan import ImagePlan, LabelPlan, NeuralPlan, SharedNoise
from scmlang.semantics.domains import Finite, Image, Symbolic
from scmlang.semantics.model import CausalModel, OptionValue, Role, Variable


@dataclass(frozen=True)
class _Projection:
    """A model seen through its observed variables: its parents are those of the projected diagram."""

    model: CausalModel
    diagram: Diagram
    shared: tuple[SharedNoise, ...]

    @classmethod
    def of(cls, model: CausalModel, diagram: Diagram) -> _Projection:
        projected = diagram.latent_projection()
        parents = {name: projected.parents(name) for name in projected.nodes}
        order = {name: tuple(n for n in model.variables if n in of) for name, of in parents.items()}
        return cls(
            replace(model, parents={**model.parents, **order}), projected, _shared_noise(model, projected)
        )

    def noise_of(self, name: str) -> tuple[int, ...]:
        """The shared noise of a variable, by number."""
        return tuple(i for i, noise in enumerate(self.shared) if name in noise.members)

    def joint_states(self, names: Iterable[str]) -> int:
        """How many joint states the shared noise of some variables has."""
        return math.prod(self.shared[i].states for i in {i for name in names for i in self.noise_of(name)})


def assign(model: CausalModel, diagram: Diagram) -> NeuralPlan:
    """The plan of a model.

    Args:
        model: a checked model.
        diagram: its diagram, latent variables included.

    Raises:
        ScmError: E170 to E178, for what the neural back end cannot build.
    """
    if not model.has_domains:
        raise ScmError([refusals.without_domains(model)])
    view = _Projection.of(model, diagram)
    _raise(_unsupported(model, view))
    order = [model.variables[name] for name in view.diagram.topological_order]
    labels = [variable for variable in order if not variable.is_image]
    names = frozenset(variable.name for variable in labels)
    components = tuple(
        tuple(variable.name for variable in labels if variable.name in component)
        for component in view.diagram.c_components
        if component & names
    )
    plan = NeuralPlan(
        labels=tuple(_label(view, variable) for variable in labels),
        image=next((_image(view, variable, labels) for variable in order if variable.is_image), None),
        shared=view.shared,
        components=components,
    )
    _raise(_too_large(view, plan))
    return plan


def _raise(problems: list[Diagnostic]) -> None:
    if problems:
        raise ScmError(problems)


def _unsupported(model: CausalModel, view: _Projection) -> list[Diagnostic]:
    found = [
        refusals.known(model, variable) for variable in model.endogenous if variable.equation is not None
    ]
    found += [refusals.latent(model, v) for v in model.endogenous if v.role is Role.LATENT and v.mechanism]
    if not model.observed:
        found.append(Diagnostic("E177", f"the model {model.name} observes nothing that could be learned"))
    images = [variable for variable in model.observed if variable.is_image]
    found += [refusals.second_image(model, images[0], other) for other in images[1:]]
    for image in images:
        found += _unsupported_image(model, view.diagram, image)
    for variable in model.observed:
        kind = MECHANISMS[_type(view, variable)[0]]
        if (reason := kind.misfit(variable, view.model)) is not None:
            found.append(Diagnostic("E176", reason, model.source, variable.span))
    return found


def _unsupported_image(model: CausalModel, diagram: Diagram, image: Variable) -> list[Diagnostic]:
    found = [refusals.causing(model, image, child) for child in sorted(diagram.children(image.name))]
    found += [refusals.confounded(model, image, other) for other in sorted(diagram.spouses(image.name))]
    return found if diagram.parents(image.name) else [*found, refusals.causeless(model, image)]


def _type(view: _Projection, variable: Variable) -> tuple[str, str]:
    """The mechanism type's name and why it is this one."""
    if variable.mechanism is not None:
        return variable.mechanism.type, "as the file says"
    if isinstance(variable.domain, Image):
        return "diffusion", "the default for images"
    reason = MECHANISMS["table"].misfit(variable, view.model) or _oversized(view, variable)
    return ("table", "finite, with finite parents") if reason is None else ("mlp", reason)


def _oversized(view: _Projection, variable: Variable) -> str | None:
    """Why a variable's table is too large, its shared noise counted, as a sentence."""
    sizes = [
        view.model.variables[name].domain for name in (variable.name, *view.model.parents[variable.name])
    ]
    cells = math.prod(domain.size for domain in sizes if isinstance(domain, Finite))
    cells *= view.joint_states([variable.name])
    if cells <= LIMITS.table_cells:
        return None
    return f"the table of `{variable.name}` has {cells:,} cells with its shared noise"


def _shared_noise(model: CausalModel, diagram: Diagram) -> tuple[SharedNoise, ...]:
    """The noise of every clique, with the states that its members ask for, or as many as are affordable.

    All joint states of a c-component are enumerated, so the more noise it has the fewer states each gets.
    """
    cliques = diagram.cliques
    asked = [max(_asked(model.variables[name]) for name in clique) for clique in cliques]
    states = list(asked)
    for component in diagram.c_components:
        inside = [i for i, clique in enumerate(cliques) if clique <= component]
        free = [i for i in inside if not asked[i]]
        room = LIMITS.shared_states // math.prod(asked[i] for i in inside if asked[i])
        for i in free:
            states[i] = next(n for n in range(AUTOMATIC_STATES, 1, -1) if n == 2 or n ** len(free) <= room)
    return tuple(SharedNoise(tuple(sorted(c)), n) for c, n in zip(cliques, states, strict=True))


def _asked(variable: Variable) -> int:
    """The option `shared` that is written for a variable; 0 where none is."""
    written = variable.mechanism.options.get("shared", 0) if variable.mechanism else 0
    return written if isinstance(written, int) else 0


def _options(kind: str, variable: Variable) -> dict[str, OptionValue]:
    written = variable.mechanism.options if variable.mechanism else {}
    options = {name: written.get(name, option.default) for name, option in MECHANISMS[kind].options.items()}
    if options.get("embedding") == 0:
        options["embedding"] = automatic_embedding(variable)
    return options


def _label(view: _Projection, variable: Variable) -> LabelPlan:
    if isinstance(variable.domain, Image | Symbolic):
        raise TypeError(f"the domain {variable.domain} is no label's")
    kind, reason = _type(view, variable)
    noise = view.noise_of(variable.name)
    states = max((view.shared[i].states for i in noise), default=0)
    return LabelPlan(
        name=variable.name,
        domain=variable.domain,
        parents=view.model.parents[variable.name],
        shared=noise,
        mechanism=kind,
        options={**_options(kind, variable), "shared": states},
        reason=reason,
    )


def _image(view: _Projection, variable: Variable, labels: list[Variable]) -> ImagePlan:
    if not isinstance(variable.domain, Image):
        raise TypeError("a label is no image")
    kind, reason = _type(view, variable)
    parents = view.model.parents[variable.name]
    return ImagePlan(
        name=variable.name,
        domain=variable.domain,
        parents=tuple(label.name for label in labels if label.name in parents),
        mechanism=kind,
        options=_options(kind, variable),
        reason=reason,
    )


def _too_large(view: _Projection, plan: NeuralPlan) -> list[Diagnostic]:
    return [
        *(problem for c in plan.components if (problem := _component_size(view, c))),
        *(problem for label in plan.labels if (problem := _table_size(view, label))),
    ]


def _component_size(view: _Projection, component: tuple[str, ...]) -> Diagnostic | None:
    states = view.joint_states(component)
    if states <= LIMITS.shared_states:
        return None
    message = f"the noise shared by {_listed(component)} has {states:,} joint states"
    return Diagnostic(
        "E174",
        message,
        view.model.source,
        view.model.variables[component[0]].span,
        f"at most {LIMITS.shared_states:,} are enumerated",
        helps=("give the variables a smaller `shared`, for instance `table(shared=4)`",),
    )


def _table_size(view: _Projection, label: LabelPlan) -> Diagnostic | None:
    variable = view.model.variables[label.name]
    if label.mechanism != "table" or (message := _oversized(view, variable)) is None:
        return None
    helps = ("use `mlp`, or a smaller `shared`",)
    limit = f"at most {LIMITS.table_cells:,}"
    return Diagnostic("E176", message, view.model.source, variable.span, limit, helps=helps)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
