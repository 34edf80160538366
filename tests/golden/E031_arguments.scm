X, Y: real
Y := max(X)
