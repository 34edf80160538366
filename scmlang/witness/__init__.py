"""Proof that a query is not identifiable: two models of the diagram that agree on the data, not on the query.

Both have the same equations, and differ in the distribution of one hidden cause alone. Every hidden cause
decides how its variables respond to their parents; a variable with several causes responds with the exclusive
or of what they say, as in the models of Shpitser and Pearl (Identification of Joint Interventional
Distributions in Recursive Semi-Markovian Causal Models, AAAI 2006, theorem 4). What is observed is linear in
the distribution of one cause, so moving it in a direction that the data do not see gives the second model.
Neither is handed out before the exact engine has confirmed, in fractions, what agrees and what differs.
"""

from __future__ import annotations

from scmlang.witness.search import witness

__all__ = ["witness"]
