# `~` has a noise of its own
exogenous N ~ normal(0, 1)
X, Y: real
X ~ normal(0, 1)
Y ~ normal(X, 1)
