X, Z, Y: binary
{X, Z} -> Y
assert P(Y | X) == P(Y | Z)
