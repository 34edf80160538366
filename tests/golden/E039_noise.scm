X, Y: real
Y := 2 * X + normal(0, 1)
