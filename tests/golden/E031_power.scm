X, Y: real
Y := pow(X, 2)
