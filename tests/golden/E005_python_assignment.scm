X, Y: real
Y = 2 * X
