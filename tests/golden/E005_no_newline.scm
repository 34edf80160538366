X, Y: binary
Y := X and