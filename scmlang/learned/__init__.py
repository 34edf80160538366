"""Numbers from a trained model: probabilities, expectations, effects and counterfactuals of its labels.

Purpose: :mod:`.answer` answers a typed query by a run, exactly where the labels that it speaks of have
tables, and otherwise by units that :mod:`.units` draws with the evidence. Needs: a run and a query of the
model it was trained for. Guarantees: an estimate comes with its standard error and its effective sample size,
and one that would rest on a handful of units is refused.
"""
