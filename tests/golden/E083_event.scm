X, Y: binary
X -> Y
assert Y
