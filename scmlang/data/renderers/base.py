"""What a renderer is: the structural equation of an image, in two deterministic halves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns
from scmlang.semantics.signatures import Parameter


class Renderer(ABC):
    """An image ``I := render(parameters, U_I)`` with exogenous noise ``U_I``.

    The noise is drawn without knowledge of the parameters, so ``U_I`` is independent of the image's
    parents, and the counterfactual image of a unit is :meth:`render` under the same noise. Noise
    columns are float64 or int64 and survive a CSV file exactly.

    Attributes:
        name: as written in a model.
        shape: channels, height, width of the image.
        parameters: the arguments a model passes, by name.
        fixes: the parameters under whose change the true counterfactual image keeps the same source
            picture, so that a pixel-wise error against it means something.
        options: the settings that :meth:`configure` takes, with their meaning.
        settings: the settings in force.
    """

    name: ClassVar[str]
    shape: ClassVar[tuple[int, int, int]]
    parameters: ClassVar[Mapping[str, Parameter]]
    fixes: ClassVar[frozenset[str]]
    options: ClassVar[Mapping[str, str]] = {}

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.settings: dict[str, str] = dict(settings or {})
        for name in self.settings:
            if name not in self.options:
                raise ScmError([_unknown_setting(self, name)])

    def configure(self, settings: Mapping[str, str]) -> Renderer:
        """The same renderer under other settings.

        Raises:
            ScmError: E102 for a setting that is not among :attr:`options`.
        """
        return type(self)(settings)

    @abstractmethod
    def noise(self, rng: np.random.Generator, n: int, split: str) -> dict[str, NDArray[np.generic]]:
        """``n`` draws of U_I, by column. The first k of n draws are what k draws would have been."""

    @abstractmethod
    def render(self, parameters: Columns, noise: Columns, split: str) -> NDArray[np.uint8]:
        """The images, uint8[n, C, H, W], for parameter values (n) and noise (n).

        A pure function. Parameter values are in range; :func:`check_parameters` sees to that.
        """

    def provenance(self, parameters: Columns, noise: Columns, split: str) -> dict[str, NDArray[np.generic]]:
        """Facts of how each image was made that are no noise, such as the index of its source."""
        return {}

    def identity(self) -> dict[str, str]:
        """What else, beside settings and noise, decides the pixels: kept in a data set's manifest."""
        return {}

    def measure(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
        """What can be measured of images uint8[n, C, H, W], rendered or not: float64[n] by parameter.

        A measurement is a formula, so it tells the value of a parameter without having been trained to,
        and of a picture that no parameter value gives as well. By default nothing is measured.
        """
        return {}


def check_parameters(renderer: Renderer, parameters: Columns) -> None:
    """Refuse values outside the parameters' ranges.

    Raises:
        ScmError: E103, naming the first offending value of each parameter.
    """
    problems = []
    for name, parameter in renderer.parameters.items():
        values = np.asarray(parameters[name], np.float64)
        low, high = bounds(parameter)
        bad = np.flatnonzero(~((values >= low) & (values <= high)))
        if bad.size:
            problems.append(_out_of_range(renderer, name, low, high, values[bad[0]], int(bad[0]), bad.size))
    if problems:
        raise ScmError(problems)


def bounds(parameter: Parameter) -> tuple[float, float]:
    """The smallest and the largest value that a parameter takes."""
    domain = parameter.domain
    if isinstance(domain, Finite):
        return domain.offset, domain.offset + domain.size - 1
    low = -np.inf if parameter.low is None else parameter.low
    high = np.inf if parameter.high is None else parameter.high
    return low, high


def _out_of_range(
    renderer: Renderer, name: str, low: float, high: float, value: float, row: int, count: int
) -> Diagnostic:
    return Diagnostic(
        "E103",
        f"`{name}` of `{renderer.name}` takes {low:g} to {high:g}, and got {value:g} in row {row + 1}",
        helps=(f"{count} of the values are out of range; clip(…, {low:g}, {high:g}) keeps them inside",),
    )


def _unknown_setting(renderer: Renderer, name: str) -> Diagnostic:
    known = ", ".join(f"`{option}`" for option in renderer.options) or "none"
    message = f"the renderer `{renderer.name}` has no setting `{name}`"
    return Diagnostic("E102", message, helps=(f"its settings: {known}",))
