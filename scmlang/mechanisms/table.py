"""``table``: a learned conditional probability table, for finite variables with finite parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from scmlang.limits import LIMITS
from scmlang.mechanisms.base import COUPLING, EMBEDDING, SHARED, LabelType
from scmlang.semantics.domains import Finite
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.signatures import Option

if TYPE_CHECKING:
    from scmlang.neural.labels import LabelMechanism
    from scmlang.neural.ncm import MechanismContext


class TableType(LabelType):
    """One row of logits for every configuration of the parents and of the shared noise."""

    name = "table"
    options: ClassVar[Mapping[str, Option]] = {"embedding": EMBEDDING, "shared": SHARED, "coupling": COUPLING}

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        if not isinstance(variable.domain, Finite):
            return f"`table` needs finitely many levels, and `{variable.name}` is {variable.domain}"
        cells = variable.domain.size
        for name in model.parents[variable.name]:
            parent = model.variables[name].domain
            if not isinstance(parent, Finite):
                return f"`table` needs finite parents, and `{name}` is {parent}"
            cells *= parent.size
        if cells > LIMITS.table_cells:
            return f"its table would have {cells:,} cells, more than {LIMITS.table_cells:,}"
        return super().misfit(variable, model)

    def build(self, context: MechanismContext) -> LabelMechanism:
        from scmlang.neural.labels import CategoricalTable

        domains = {n: p.domain for n, p in context.parents.items() if isinstance(p.domain, Finite)}
        return CategoricalTable(context.plan, domains, context.states)


TABLE = TableType()
