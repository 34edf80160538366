X, Y: real
Y ~ normal(0, 1)
Y := X
