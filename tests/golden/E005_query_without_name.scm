X, Y: binary
X -> Y
query P(Y=1 | do(X=1))
