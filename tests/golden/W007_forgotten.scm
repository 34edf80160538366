X, Z, Y: binary
X -> Y
