X, Y: binary
X -> Y
query q = P(Y=1 | do(X=1, X=0))
