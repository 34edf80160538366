"""The plug-ins that a run was trained with: their names are all that a run keeps of their code.

Whoever opens the run has to have them installed; what a name means is decided by the registries alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.mechanisms import MECHANISMS
from scmlang.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scmlang.neural.plan import NeuralPlan
    from scmlang.train.recipe import Recipe


class Plugin(BaseModel):
    """One entry of a registry and the package it came from.

    Attributes:
        group: the entry-point group, such as ``scmlang.mechanisms``.
        name: of the entry.
        package, version: of the distribution.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    group: str
    name: str
    package: str
    version: str


def plugins_of(plan: NeuralPlan, recipe: Recipe) -> tuple[Plugin, ...]:
    """What a model of this plan and recipe takes from other packages, without repetition."""
    return tuple(dict.fromkeys(_plugins(plan, recipe)))


def _plugins(plan: NeuralPlan, recipe: Recipe) -> Iterator[Plugin]:
    registries = _registries()
    for group, name in _named(plan, recipe):
        if origin := registries[group].origin(name):
            yield Plugin(group=group, name=name, package=origin.package, version=origin.version)


def _named(plan: NeuralPlan, recipe: Recipe) -> Iterator[tuple[str, str]]:
    for label in plan.labels:
        yield MECHANISMS.group, label.mechanism
    if plan.image is not None:
        yield MECHANISMS.group, plan.image.mechanism
        if recipe.generator.name is not None:
            yield MECHANISMS.group, recipe.generator.name
        yield "scmlang.backbones", recipe.backbone.name


def require_plugins(plugins: Iterable[Plugin], what: str) -> None:
    """Refuse what needs a package that is not here, or is here without the entry.

    Args:
        plugins: what it was made with.
        what: it is, for people: "the run `runs/Scene/1`".

    Raises:
        ScmError: E223, one for each entry that is missing.
    """
    registries = _registries()
    missing = [
        plugin
        for plugin in plugins
        if plugin.group not in registries or plugin.name not in registries[plugin.group]
    ]
    if missing:
        raise ScmError([_missing(plugin, what, registries) for plugin in missing])


def _missing(plugin: Plugin, what: str, registries: Mapping[str, Registry[Any]]) -> Diagnostic:
    kind = registries[plugin.group].kind if plugin.group in registries else plugin.group
    owner = f"`{plugin.package}` {plugin.version}"
    message = f"{what} needs the {kind} `{plugin.name}` of the package {owner}, which is not installed"
    return Diagnostic("E223", message, helps=(f"install `{plugin.package}`, which is code that will run",))


def _registries() -> Mapping[str, Registry[Any]]:
    from scmlang.neural.backbone import BACKBONES

    return {registry.group: registry for registry in (MECHANISMS, BACKBONES)}
