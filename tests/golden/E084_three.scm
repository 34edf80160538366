X, Z, Y: binary
{X, Z} -> Y
assert P(Y | X) == P(Y | do(Z)) == 0.5
