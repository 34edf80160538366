let p = 0.5
X, Y: binary
X -> Y
