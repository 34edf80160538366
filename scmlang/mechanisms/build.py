"""From a plan to a module: every label's mechanism by its type in the registry."""

from __future__ import annotations

from scmlang.mechanisms import MECHANISMS
from scmlang.mechanisms.base import LabelType
from scmlang.neural.labels import LabelMechanism
from scmlang.neural.ncm import MechanismContext, NeuralCausalModel
from scmlang.neural.plan import NeuralPlan
from scmlang.neural.settings import NeuralSettings


def build_model(plan: NeuralPlan, settings: NeuralSettings) -> NeuralCausalModel:
    """The neural causal model of a plan, initialised from torch's global generator."""
    return NeuralCausalModel(plan, settings, _build_label)


def _build_label(context: MechanismContext) -> LabelMechanism:
    kind = MECHANISMS[context.plan.mechanism]
    if not isinstance(kind, LabelType):
        raise TypeError(f"the mechanism type {kind.name} does not build label mechanisms")
    return kind.build(context)
