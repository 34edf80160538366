X, Y: binary
X -> Y
query query = P(Y=1 | do(X=1))
