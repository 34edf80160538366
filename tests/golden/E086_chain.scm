X, Z, Y: binary
X -> Z -> Y
assert independent(X, Y)
