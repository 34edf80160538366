X, Y: binary
Y ~ bernoulli(0.2 + 0.5 * X, coupling=monotone, coupling=gumbel)
