X, Y: binary
X -> Y
query q = ATE(Y | do(X=1))
