"""Probes: what the code z still says of the labels, that the generator is to be told by the labels alone.

In the model z is independent of the labels; a z that is not makes labels that cannot be edited, or a
generator that had to learn not to listen. A probe is trained to read each label off z on training images and
tested on held-out ones. It is a lower bound of what z says: another probe may read more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from scmlang.evaluate.metrics import Estimate, Floats, bootstrap
from scmlang.evaluate.report import ACCURACY, R_SQUARED, Probe
from scmlang.neural.plan import LabelPlan
from scmlang.semantics.domains import Finite
from scmlang.semantics.expressions import Columns

HIDDEN, EPOCHS, BATCH, DECAY = 128, 20, 128, 1e-2
RATES = {"linear": 5e-2, "perceptron": 5e-3}
Make = Callable[[int, int], nn.Module]
PROBES: dict[str, Make] = {
    "linear": lambda inputs, outputs: nn.Linear(inputs, outputs),
    "perceptron": lambda inputs, outputs: nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Dropout(0.3), nn.Linear(HIDDEN, outputs)
    ),
}


@dataclass(frozen=True)
class Coded:
    """Images as the model sees them: a vector float32 ``[n, d]`` for each, and the labels' numeric values."""

    codes: Tensor
    columns: Columns


def probe_labels(
    name: str, labels: tuple[LabelPlan, ...], training: Coded, held_out: Coded, seed: int
) -> tuple[Probe, ...]:
    """Every label read off z by every probe.

    Args:
        name: what z is: its ``mean``, or a ``draw``.
        labels: what is read.
        training: images to learn from.
        held_out: images to be tested on.
        seed: of the probes' training and of the bootstrap.
    """
    mean, deviation = training.codes.mean(0), training.codes.std(0) + 1e-6
    inputs, tests = ((part.codes - mean) / deviation for part in (training, held_out))
    found = []
    for label in labels:
        known = np.asarray(training.columns[label.name]), np.asarray(held_out.columns[label.name])
        for kind in PROBES:
            score = _finite if isinstance(label.domain, Finite) else _real
            found.append(score(name, kind, label, inputs, tests, known, seed))
    return tuple(found)


def _finite(
    name: str,
    kind: str,
    label: LabelPlan,
    inputs: Tensor,
    tests: Tensor,
    known: tuple[NDArray[np.generic], NDArray[np.generic]],
    seed: int,
) -> Probe:
    domain = label.domain
    if not isinstance(domain, Finite):
        raise TypeError(f"{label.name} is not finite")
    learned, wanted = (column.astype(np.int64) - domain.offset for column in known)
    outputs = _outputs(kind, inputs, torch.from_numpy(learned), domain.size, tests, seed)
    hit = (outputs.argmax(1).numpy() == wanted).astype(np.float64)
    chance = float((wanted == np.bincount(learned, minlength=domain.size).argmax()).mean())
    balanced = hit * balance(wanted)
    levels = len(np.unique(wanted))
    return Probe(
        label.name,
        name,
        kind,
        ACCURACY,
        score=bootstrap(hit, seed),
        chance=chance,
        above=_points(hit, chance, seed),
        balanced=bootstrap(balanced, seed),
        balanced_above=_points(balanced, 1 / levels, seed),
        training=len(inputs),
    )


def _real(
    name: str,
    kind: str,
    label: LabelPlan,
    inputs: Tensor,
    tests: Tensor,
    known: tuple[NDArray[np.generic], NDArray[np.generic]],
    seed: int,
) -> Probe:
    """R², whose chance is 0: that of the constant mean."""
    learned, wanted = (column.astype(np.float64) for column in known)
    location, scale = learned.mean(), max(float(learned.std()), 1e-6)
    target = torch.from_numpy(((learned - location) / scale).astype(np.float32))
    outputs = _outputs(kind, inputs, target, 1, tests, seed)[:, 0].double().numpy() * scale + location
    explained = 1 - np.square(wanted - outputs) / max(float(wanted.var()), 1e-12)
    score = bootstrap(explained, seed)
    return Probe(
        label.name, name, kind, R_SQUARED, score, 0.0, _points(explained, 0.0, seed), None, None, len(inputs)
    )


def balance(levels: NDArray[np.int64]) -> Floats:
    """Weights ``[n]`` under which the mean of the hits is the mean over the levels of their recalls."""
    counts = np.bincount(levels)
    present = int((counts > 0).sum())
    return np.asarray(len(levels) / (present * counts[levels]), np.float64)


def _points(values: Floats, chance: float, seed: int) -> Estimate | None:
    return bootstrap(100 * (values - chance), seed)


def _outputs(kind: str, inputs: Tensor, target: Tensor, width: int, tests: Tensor, seed: int) -> Tensor:
    """The outputs ``[m, width]`` for ``tests`` of a probe that is trained on the rest."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = PROBES[kind](inputs.shape[1], width)
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATES[kind], weight_decay=DECAY)
        steps = EPOCHS * -(-len(inputs) // BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATES[kind], steps)
        for rows in _batches(len(inputs)):
            output = network(inputs[rows])
            real = target.is_floating_point()
            loss = F.mse_loss(output[:, 0], target[rows]) if real else F.cross_entropy(output, target[rows])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    network.eval()
    with torch.no_grad():
        outputs: Tensor = network(tests)
    return outputs


def _batches(n: int) -> Iterator[Tensor]:
    for _ in range(EPOCHS):
        yield from torch.split(torch.randperm(n), BATCH)
