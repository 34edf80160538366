X, Y: binary
X -> Y
assert not P(Y=1) == 0.5
