X, Y: binary
X -> Y
assert independent(X, Y) == 1
