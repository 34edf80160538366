X, Y: real
X -> Y
query q = Var(Y | do(X=1))
