"""A small world with a real-valued, a finite and an unseen label, its data, and an untrained learner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from scmlang.compiler import Compilation
from scmlang.evaluate.classifier import JudgeOptions
from scmlang.evaluate.evaluation import Options
from scmlang.evaluate.truth import Units, held_out, open_truth
from scmlang.exact.sampler import sample_folder
from scmlang.mechanisms.assign import assign
from scmlang.mechanisms.build import build_model
from scmlang.neural.edit import EditOptions
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.settings import NeuralSettings
from scmlang.semantics.model import CausalModel

TRUTH = """\
model SmallTruth
exogenous Mood ~ bernoulli(0.5)
Z: {plain, fancy}
S: {ring, cross, triangle}
T: real
K: 1..4
I: image(1, 24, 24)
Z ~ bernoulli(0.5)
S ~ table(Z, Mood) {
  (plain, 0): [0.6, 0.3, 0.1]
  (plain, 1): [0.2, 0.5, 0.3]
  (fancy, 0): [0.3, 0.3, 0.4]
  (fancy, 1): [0.1, 0.2, 0.7]
}
T ~ normal(1.8 + 0.7 * S, 0.25)
K := 1 + (S == triangle) + Mood
I ~ strokes(shape=S, thickness=clip(T, 1, 4), ink=K)
"""
LEARNER = """\
model Small
Z: {plain, fancy}
S: {ring, cross, triangle}
T: real
K: 1..4
I: image(1, 24, 24)
Z -> S -> {T, K}
S <-> K
{S, T, K} -> I
mechanism Z, S, K: table(shared=4)
query thick = do(T=3)
"""
SETTINGS = NeuralSettings(
    channels=(8, 16), code_channels=2, code_size=3, code_width=8, train_timesteps=20, recogniser_width=4
)
EDIT = EditOptions(steps=3, batch=16)
JUDGE = JudgeOptions(images=256, validation=64, steps=8, batch=32, width=4, enough=-1e6)
OPTIONS = Options(edit=EDIT, cycles=2, few=6, judge=JUDGE, rows=500, probed=40)


@dataclass(frozen=True)
class Trained:
    """What an evaluation asks of a trained model."""

    causal_model: CausalModel
    model: NeuralCausalModel
    step: int = 0


def model_from(text: str) -> CausalModel:
    return Compilation.from_text(text, "test.scm").model


def untrained(text: str = LEARNER, seed: int = 0) -> Trained:
    compilation = Compilation.from_text(text, "learner.scm")
    torch.manual_seed(seed)
    plan = assign(compilation.model, compilation.diagram)
    return Trained(compilation.model, build_model(plan, SETTINGS).eval())


def small_data(folder: Path, rows: int = 240, seed: int = 0) -> Path:
    sample_folder(model_from(TRUTH), folder, rows, seed)
    return folder


def small_units(data: Path, n: int = 24) -> Units:
    learner = model_from(LEARNER)
    return held_out(open_truth(model_from(TRUTH), learner, data), learner, n)
