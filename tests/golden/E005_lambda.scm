X, Y: real
Y := lambda x: 2 * x
