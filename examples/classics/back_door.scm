# The back door: which variables have to be held fixed, and which must not be left alone.
#
# X acts on Y through M. Beside that, Z4 acts on both, and is itself a common effect of Z1 and Z2. To hold
# Z4 alone closes the way from X over Z4 to Y, and opens another: X, Z3, Z1, Z4, Z2, Z5, Y. Z3 or Z5 closes
# that one. So {Z3, Z4} and {Z4, Z5} are adjustment sets, and {Z4} is none. Here M is held as well, so that
# nothing but the back doors is between X and Y.
#
# J. Pearl (1995), "Causal diagrams for empirical research", Biometrika 82, figure 3.

Z1 -> Z3 -> X
Z1 -> Z4 <- Z2
Z2 -> Z5 -> Y
Z4 -> {X, Y}
X -> M -> Y

assert independent(X, Y | M, Z3, Z4)
assert independent(X, Y | M, Z4, Z5)
assert not independent(X, Y | M, Z4)
assert not independent(X, Y | M, Z3, Z5)
assert independent(Z1, Z2)
assert not independent(Z1, Z2 | Z4)
assert independent({Z1, Z3}, {Z2, Z5})

assert identifiable(P(Y | do(X)))

# What X=1 would have done to those who had X=0.
assert identifiable(P(Y[X=1]=1 | X=0))
