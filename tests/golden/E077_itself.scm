X, Y: binary
X -> Y
query q = ATE(X, X)
