X, Z, Y: binary
Y := X or Z and X
