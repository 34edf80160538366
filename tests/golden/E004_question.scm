# C's conditional
X, Y: binary
Y := X ? 1 : 0
