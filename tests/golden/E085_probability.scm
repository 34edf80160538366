X, Y: binary
X -> Y
assert P(Y=1) == P(Y=0) within P(X=1)
