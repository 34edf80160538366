X, Y, Z: binary
X -> Y -> Z
query q = P(Z=1 | X=1, X=0)
