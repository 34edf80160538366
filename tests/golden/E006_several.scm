X: {a, b
Y := (X
Z: binary)
