X, Y: binary
Y ~ table(X) { (): [0.5, 0.5] }
