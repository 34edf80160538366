X, Y, Z: binary
X -> Z -> Y
query q = independent(X, Y | Z)
