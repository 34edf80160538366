# The napkin: identifiable, and neither by a back door nor by a front door.
#
# W has a hidden cause in common with X and another with Y, and acts on X through Z. Holding W open or
# shut leaves X and Y confounded. But setting Z cuts W off, and with Z set X is no longer confounded with
# Y: P(Y | do(X)) is P(Y, X | do(Z)) / P(X | do(Z)), and do(Z) is had by adjusting for W. No two variables
# are independent given any others; what the diagram says of the data is that this ratio is the same for
# every value of Z.
#
# J. Pearl and D. Mackenzie (2018), "The Book of Why", chapter 7; the ratio is the identification of J. Tian and
# J. Pearl (2002), "A general identification condition for causal effects", AAAI.

W -> Z -> X -> Y
W <-> X
W <-> Y

assert identifiable(P(Y | do(X)))
assert identifiable(P(Y | do(Z)))

# For everybody, but not for those who had X=0, if X has more than two values.
assert not identifiable(P(Y[X=1]=1 | X=0))
assert not independent(Z, Y | X)
assert not independent(Z, Y | W, X)
assert not independent(W, X | Z)
assert not independent(W, Y | Z, X)
