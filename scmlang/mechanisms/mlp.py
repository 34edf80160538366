"""``mlp``: a perceptron of the parents' vectors and the shared noise, for large domains and reals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from scmlang.mechanisms.base import COUPLING, EMBEDDING, SHARED, LabelType
from scmlang.semantics.domains import Finite
from scmlang.semantics.signatures import Option

if TYPE_CHECKING:
    from scmlang.neural.labels import LabelMechanism
    from scmlang.neural.ncm import MechanismContext


class PerceptronType(LabelType):
    """Logits for a finite variable, location and scale for a real one."""

    name = "mlp"
    options: ClassVar[Mapping[str, Option]] = {
        "embedding": EMBEDDING,
        "shared": SHARED,
        "coupling": COUPLING,
        "hidden": Option("ints", (64, 64), 1, 8192, help="widths of the hidden layers"),
    }

    def build(self, context: MechanismContext) -> LabelMechanism:
        from scmlang.neural.labels import CategoricalNetwork, NormalNetwork

        plan = context.plan
        parents = {name: context.autoencoders[name] for name in plan.parents}
        if isinstance(plan.domain, Finite):
            return CategoricalNetwork(plan, parents, context.states)
        return NormalNetwork(plan, context.autoencoders[plan.name], parents, context.states)


MLP = PerceptronType()
