X, Y: binary
X -> Y
query q = P(Y[X=1]=1 | do(X=1))
