X, Y: binary
X -> Y
query q = P(Y, X | X)
