X, Z, Y: binary
X -> Z -> Y
query q = E(Y | do(X=1), Z[X=0]=1)
