X: real
Y: real
Y := exp(X, 2) + clip(X, 1)
