X, Y: binary
X -> Y
assert P(Y=1 | do(X=1))
