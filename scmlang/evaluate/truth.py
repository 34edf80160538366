"""The truth: a fully specified model that a learner and its data are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.dataset import Split
from scmlang.data.exogenous import EXOGENOUS_FILE, read_exogenous
from scmlang.data.image_folder import image_variable, label_variables, read_folder, table_name
from scmlang.data.manifest import Manifest, read_manifest
from scmlang.data.problems import Problems
from scmlang.data.renderers import Renderer
from scmlang.data.table import read_table
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.diagram.diagram import Diagram
from scmlang.evaluate.match import projection, require_same_variables
from scmlang.exact.noise import Noise, draw_noise, model_renderers, noise_from_columns, require_equations
from scmlang.exact.sampling import Interventions, drawing, render_chunks, simulate
from scmlang.semantics.expressions import Columns
from scmlang.semantics.model import CausalModel

SPLIT, TRAINING = "test", "train"


@dataclass(frozen=True)
class Truth:
    """A fully specified model, and how the data at hand were drawn from it.

    Attributes:
        model: every variable has an equation.
        image: the observed image.
        data: the data folder; ``manifest``: how it was made.
        renderers: under the settings that the data were drawn with.
        diagram: the latent projection of its diagram onto what the learner observes.
    """

    model: CausalModel
    image: str
    data: Path
    manifest: Manifest
    renderers: Mapping[str, Renderer]
    diagram: Diagram

    def sample(self, n: int, seed: int, do: Interventions | None = None) -> dict[str, NDArray[np.generic]]:
        """The values of ``n`` new units under ``do``."""
        return simulate(self.model, draw_noise(self.model, n, seed, renderers=self.renderers), do)

    def rendered(
        self, n: int, seed: int, split: str, do: Mapping[str, NDArray[np.generic]]
    ) -> NDArray[np.uint8]:
        """Images uint8[n, C, H, W] of new units under ``do``, from the sources of a split."""
        noise = draw_noise(self.model, n, seed, split, self.renderers)
        return self.draw(simulate(self.model, noise, do), noise)

    def again(self, n: int, seed: int, do: Interventions) -> NDArray[np.uint8]:
        """Images of new units under ``do``, from the sources of the held-out split."""
        fixed = {name: np.array(np.broadcast_to(np.asarray(value), (n,))) for name, value in do.items()}
        return self.rendered(n, seed, SPLIT, fixed)

    def draw(self, values: Columns, noise: Noise) -> NDArray[np.uint8]:
        """The images of units with these values."""
        return np.concatenate(list(render_chunks(self.model, self.image, values, noise, self.renderers)))


@dataclass(frozen=True)
class Units:
    """Held-out units of a data folder, each with its exogenous values.

    Attributes:
        truth: the model they were drawn from.
        noise: their exogenous values.
        split: their images and labels, as the learner sees them.
    """

    truth: Truth
    noise: Noise
    split: Split

    def __len__(self) -> int:
        return len(self.split)

    def responses(self, do: Interventions) -> dict[str, NDArray[np.generic]]:
        """What every variable of each unit would be under ``do``: the true counterfactual."""
        return simulate(self.truth.model, self.noise, do)

    def images(self, values: Columns) -> NDArray[np.uint8]:
        """The units' images at these values, under their own noise."""
        return self.truth.draw(values, self.noise)

    def same_source(self, values: Columns) -> NDArray[np.bool_]:
        """Where the image at these values has the source of the factual image.

        That is where no renderer parameter changes under which the source is not fixed, so that a
        pixel-wise error means something: bool[n].
        """
        renderer, acted = self.arguments(values)
        _, factual = self.arguments(self.responses({}))
        same = np.ones(len(self), np.bool_)
        for name in renderer.parameters.keys() - renderer.fixes:
            same &= np.isclose(acted[name].astype(np.float64), factual[name].astype(np.float64))
        return same

    def arguments(self, values: Columns) -> tuple[Renderer, dict[str, NDArray[np.generic]]]:
        """The renderer of the image, and its parameters at these values.

        Raises:
            ScmError: E103 when one leaves its range.
        """
        return drawing(self.truth.model, self.truth.image, values, self.noise, self.truth.renderers)


def open_truth(model: CausalModel, learner: CausalModel, data: Path) -> Truth:
    """The truth of a learner and of its data folder.

    Raises:
        ScmError: E110 when something in it is left open; E230 when it has other variables than the
            learner; E231 when the data were not sampled by this program; E232 when they were drawn from
            other material; E233 when there is no image with a cause.
    """
    require_equations(model)
    require_same_variables(model, learner)
    names = [variable.name for variable in learner.observed]
    image = image_variable(learner)
    if image is None or not projection(learner, names).parents(image.name):
        raise ScmError([_no_image(learner, image.name if image else None)])
    manifest = read_manifest(data)
    if manifest is None or not (data / SPLIT / EXOGENOUS_FILE).is_file():
        raise ScmError([_not_sampled(data, manifest)])
    renderers = model_renderers(model, manifest.settings)
    _require_same_material(manifest, renderers)
    return Truth(model, image.name, data, manifest, renderers, projection(model, names))


def held_out(truth: Truth, learner: CausalModel, n: int) -> Units:
    """The first ``n`` units of the test split, or as many as there are.

    Raises:
        ScmError: E120 to E136 for the data folder; E114, E232 when the truth does not give back the
            labels and pixels that are there.
    """
    split = read_folder(truth.data, learner, (SPLIT,), n)[SPLIT]
    columns = read_exogenous(truth.data, SPLIT, split.files)
    noise = noise_from_columns(truth.model, columns, SPLIT, truth.renderers)
    units = Units(truth, noise, split)
    _require_reproduced(units)
    return units


def training_images(truth: Truth, learner: CausalModel, n: int) -> Split:
    """The first ``n`` rows of the training split, or as many as there are."""
    return read_folder(truth.data, learner, (TRAINING,), n)[TRAINING]


def training_labels(truth: Truth, learner: CausalModel) -> dict[str, NDArray[np.generic]]:
    """Every label column of the training split, without its images."""
    table = read_table(truth.data / TRAINING / table_name(image_variable(learner)))
    problems = Problems()
    columns = {v.name: table.values(v.name, v.domain, problems) for v in label_variables(learner)}
    problems.raise_any()
    return columns


def _require_reproduced(units: Units) -> None:
    """Labels and pixels, up to what another processor's rounding may do to real values and one grey level."""
    values = units.responses({})
    model = units.truth.model
    for name, column in units.split.columns.items():
        wrong = int((~np.isclose(values[name].astype(np.float64), column.astype(np.float64))).sum())
        if wrong:
            raise ScmError([_not_reproduced(model, name, wrong, len(units))])
    error = np.abs(units.images(values).astype(np.int16) - units.split.images)
    wrong = int((error > 1).any((1, 2, 3)).sum())
    if wrong:
        raise ScmError([_not_reproduced(model, units.truth.image, wrong, len(units))])


def _require_same_material(manifest: Manifest, renderers: Mapping[str, Renderer]) -> None:
    problems = []
    for name, renderer in renderers.items():
        record = manifest.renderers.get(name)
        if record is None or dict(record.identity) != renderer.identity():
            message = f"the renderer `{name}` does not have the material here that the data were drawn from"
            problems.append(Diagnostic("E232", message, helps=("sample the data again with this program",)))
    if problems:
        raise ScmError(problems)


def _not_reproduced(model: CausalModel, name: str, wrong: int, n: int) -> Diagnostic:
    message = f"`{model.name}` gives another `{name}` than the data in {wrong} of {n} held-out units"
    helps = ("evaluate against the model that the data were sampled from: its text is in manifest.json",)
    return Diagnostic("E232", message, model.source, model.variables[name].span, helps=helps)


def _not_sampled(data: Path, manifest: Manifest | None) -> Diagnostic:
    lacks = "manifest.json" if manifest is None else f"{SPLIT}/{EXOGENOUS_FILE}"
    message = f"`{data}` has no {lacks}, so the true counterfactuals of its units are unknown"
    return Diagnostic("E231", message, helps=("evaluate on data that `scmlang sample` made from the truth",))


def _no_image(learner: CausalModel, image: str | None) -> Diagnostic:
    if image is None:
        return Diagnostic("E233", f"`{learner.name}` has no image, and the evaluation is of image edits")
    span = learner.variables[image].span
    return Diagnostic(
        "E233", f"no label causes `{image}`, so no edit of it can be asked for", learner.source, span
    )
