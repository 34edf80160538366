X, Z, Y: binary
{X, Z} -> Y
query q = P(Y[X=1]=1 | do(Z=0))
