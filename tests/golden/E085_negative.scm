X, Y: binary
X -> Y
assert P(Y=1) == 0.5 within -0.1
