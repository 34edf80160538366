X: real
Y: real
Y := tanhh(X) + expit(X)
