X, Y, Z: binary
X -> Z -> Y
assert independent(X, X | Z)
