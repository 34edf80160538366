X, M, Y: binary
X -> M -> Y
X -> Y
query q = CDE(X, Y)
