"""What is known of the labels of pictures: those that are given, and a posterior of those that are read off.

The labels of a picture without metadata are read by q(labels | I) (:mod:`scmlang.neural.recognition`), label
by label: its heads are independent given the picture. A counterfactual given the picture is the mixture, over
what the labels may be, of the counterfactuals given these labels,

    P(v' | I) = Σ_v q(v | I) P(v' | v),

since the noise of the labels and that of the image are independent. So a draw of the posterior of the noise
draws the labels first; nothing is drawn of a label that is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor

from scmlang.neural.columns import tensor_column
from scmlang.neural.embeddings import RealAutoencoder
from scmlang.neural.labels import CategoricalRecognition
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite


@dataclass(frozen=True)
class Reading:
    """q(V | I) of one label, row by row.

    Attributes:
        best: the most probable level, or the mean, ``[n]``.
        chances: of a finite variable's levels, float64 ``[n, levels]``; None for a real one.
        deviation: of a real variable, ``[n]``; None for a finite one.
        given: bool ``[n]``: where the value is known, and nothing is drawn.
    """

    best: Tensor
    chances: Tensor | None
    deviation: Tensor | None
    given: Tensor

    def draw(self, generator: torch.Generator) -> Tensor:
        """Values ``[n]``, with a CPU generator."""
        if self.chances is not None:
            drawn = torch.multinomial(self.chances.cpu(), 1, generator=generator)[:, 0].to(self.best.device)
        elif self.deviation is not None:
            noise = torch.randn(len(self.best), generator=generator).to(self.best.device)
            drawn = self.best + self.deviation * noise
        else:
            raise TypeError("a reading is of levels or of a real value")
        return torch.where(self.given, self.best, drawn)

    def confidence(self) -> Tensor:
        """The probability of the best level, or the standard deviation of the value: ``[n]``."""
        if self.chances is not None:
            return self.chances.max(1).values
        return torch.zeros(len(self.best)) if self.deviation is None else self.deviation


@dataclass(frozen=True)
class Readings:
    """The labels of some pictures, as far as they are known.

    Attributes:
        of: the reading of every label variable.
    """

    of: Mapping[str, Reading]

    def best(self) -> dict[str, Tensor]:
        """The most probable value of every label, or its mean."""
        return {name: reading.best for name, reading in self.of.items()}

    def draw(self, seed: int) -> dict[str, Tensor]:
        """Labels from q(v | I). The stream is another than that of the noise abducted with the same seed."""
        state = np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0]
        generator = torch.Generator().manual_seed(int(state >> np.uint64(1)))
        return {name: reading.draw(generator) for name, reading in self.of.items()}

    def read(self, row: int) -> Iterator[tuple[str, Reading]]:
        """The labels of a picture that were not given."""
        return ((name, reading) for name, reading in self.of.items() if not bool(reading.given[row]))


@torch.no_grad()
def read_labels(model: NeuralCausalModel, images: Tensor, known: Sequence[Mapping[str, float]]) -> Readings:
    """What is known of every label.

    Args:
        model: trained, with an image.
        images: ``[n, C, H, W]`` in [−1, 1].
        known: for every picture numeric values of the labels that are given.
    """
    if model.recogniser is None:
        raise ValueError("the model has no image variable to recognise labels from")
    outputs = model.recogniser(images)
    return Readings(
        {plan.name: _reading(model, plan, images, outputs[plan.name], known) for plan in model.plan.labels}
    )


def _reading(
    model: NeuralCausalModel,
    plan: LabelPlan,
    images: Tensor,
    output: Tensor,
    known: Sequence[Mapping[str, float]],
) -> Reading:
    given = torch.tensor([plan.name in one for one in known], device=images.device)
    values = tensor_column(plan, np.array([one.get(plan.name, _filler(plan)) for one in known]))
    values = values.to(images.device)
    if isinstance(plan.domain, Finite):
        mechanism = model.mechanism(plan.name)
        if isinstance(mechanism, CategoricalRecognition):
            output = mechanism.logits({}, torch.zeros(len(images), 0, dtype=torch.int64), images)
        chances = torch.softmax(output.double(), 1)
        certain = torch.nn.functional.one_hot(values, plan.domain.size).double()
        chances = torch.where(given[:, None], certain, chances)
        return Reading(chances.argmax(1), chances, None, given)
    part = model.autoencoder(plan.name)
    if not isinstance(part, RealAutoencoder) or model.recogniser is None:
        raise TypeError(f"{plan.name} is neither finite nor real")
    mean = output[:, 0] * part.scale + part.location
    deviation = (model.recogniser.deviation(plan.name) * part.scale).expand(len(images))
    return Reading(torch.where(given, values, mean), None, torch.where(given, 0.0, deviation), given)


def _filler(plan: LabelPlan) -> float:
    """Any value, for the rows of a column where none is given."""
    return plan.domain.offset if isinstance(plan.domain, Finite) else 0.0


def likeliest(
    chances: Mapping[str, Mapping[str, float]], mass: float, most: int
) -> list[tuple[float, dict[str, str]]]:
    """The likeliest configurations of independent levels, with their probabilities, the likeliest first.

    Args:
        chances: of every variable, the probability of each level.
        mass: as many as have this probability together.
        most: but never more than these.
    """
    beam: list[tuple[float, dict[str, str]]] = [(1.0, {})]
    for name, levels in chances.items():
        grown = [
            (p * chance, {**so_far, name: level})
            for (p, so_far), (level, chance) in product(beam, levels.items())
        ]
        # A configuration among the likeliest is made of parts that are among the likeliest of theirs.
        beam = sorted(grown, key=lambda one: -one[0])[:most]
    total, found = 0.0, []
    for p, configuration in beam:
        if p == 0 or total >= mass:
            break
        total += p
        found.append((p, configuration))
    return found
