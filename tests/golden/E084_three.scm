X, Z, Y: binary
{X, Z} -> Y
assert P(Y) == P(Y | X) == P(Y | X, Z)
