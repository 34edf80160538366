X, Y: binary
X -> Y
query q = P(P(Y=1) = 1 | X=1)
