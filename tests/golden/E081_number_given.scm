X, Y: binary
X -> Y
query q = P(Y=1 | 1)
