"""Proof that a query is not identifiable: two models of the diagram that agree on the data, not on the query.

That there are two such models is what a refusal means (Shpitser and Pearl, Identification of Joint
Interventional Distributions in Recursive Semi-Markovian Causal Models, AAAI 2006, theorem 4). They come from
:mod:`scmlang.pairs`, in a diagram that is first made as small as it can be while the query stays
unidentifiable.

Neither is handed out before the exact engine has confirmed, in fractions, what agrees and what differs.
"""

from __future__ import annotations

from scmlang.witness.search import witness, witness_of

__all__ = ["witness", "witness_of"]
