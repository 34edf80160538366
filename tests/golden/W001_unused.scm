exogenous U ~ bernoulli(0.5)
exogenous N ~ normal(0, 1)
X: binary
X := U
