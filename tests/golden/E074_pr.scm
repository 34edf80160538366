X, Y: binary
X -> Y
query q = Pr(Y=1 | do(X=1))
