# The bow: an effect that no amount of data gives.
#
# X acts on Y, and the two share a hidden cause. Whatever P(X, Y) is, all of the dependence may come
# from the arrow or all of it from the arc, and the data look the same. Only the other direction is
# known: Y does not act on X.
#
# J. Pearl (2009), "Causality", second edition, section 3.5; J. Tian and J. Pearl (2002), "A general
# identification condition for causal effects", AAAI.

X -> Y
X <-> Y

assert not independent(X, Y)
assert not identifiable(P(Y | do(X)))
assert identifiable(P(X | do(Y)))

# Of what X=1 does, data show what it did to those who had it.
assert identifiable(P(Y[X=1]=1 | X=1))
assert not identifiable(P(Y[X=1]=1 | X=0))
