X, Y: binary
X -> Y
query q = do(X)
