X: real
Y: binary
Y := not X
