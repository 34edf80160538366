X, Z, Y: binary
{X, Z} -> Y
query q = do(X=1, Z)
