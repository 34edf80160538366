X, Y: real
Y ~ normal(X, 1)
mechanism Y: net
