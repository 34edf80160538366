X, Y: binary
X -> Y
query q = Y - P(Y=1)
