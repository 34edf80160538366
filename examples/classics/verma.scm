# Verma's constraint: a diagram that data can refute without any independence in them.
#
# A acts on D through C alone, and B and D share a hidden cause. Whatever is held of B and C, A and D
# depend on each other: C is a common effect of A and B, and B one of A and of what B shares with D. But
# once C is set A has no effect on D, and what setting C does is identifiable. So the sum over b of
# P(d | a, b, c) P(b | a) is the same for every a. Data can refute that, and it is no independence in them.
#
# T. S. Verma and J. Pearl (1990), "Equivalence and synthesis of causal models", UAI; named and generalised by
# J. Tian and J. Pearl (2002), "On the testable implications of causal models with hidden variables", UAI.

A -> B -> C -> D
A -> C
B <-> D

assert not independent(A, D)
assert not independent(A, D | C)
assert not independent(A, D | B, C)

assert identifiable(P(D | do(C)))
assert identifiable(P(D | do(A, C)))
