X, Y: real
Y ~ normal(X, 1, coupling=gumbel)
