X, Y: binary
X => Y
