X, Y, Z: binary
Z := X && !Y
