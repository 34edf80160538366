X: real
X ~ normal(0, 1))
