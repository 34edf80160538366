X, Y: real
Y ~ normal(X)
