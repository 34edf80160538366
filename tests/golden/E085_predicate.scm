X, Y, Z: binary
X -> Z -> Y
assert independent(X, Y | Z) within 0.01
