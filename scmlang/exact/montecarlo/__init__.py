"""Answers by sampling, where an exact one is too large or a variable is real.

Purpose: :mod:`.evidence` says what evidence asks of each variable, :mod:`.proposals` draws units that have
it, :mod:`.regions` the noise of one equation in the values that are left, :mod:`.estimate` weighs what is
asked. Needs: a fully specified model and a quantity resolved against it. Guarantees: estimates are
consistent, and each comes with its standard error and the effective sample size; the same seed gives the same
numbers; evidence that no unit has is a diagnostic, never a number.
"""
