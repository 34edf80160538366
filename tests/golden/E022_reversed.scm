X, Y: real
Y -> X
Y ~ normal(2 * X, 1)
X ~ normal(0, 1)
