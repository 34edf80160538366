X: binary
X ~ bernoulli(0.5)
exogenous U ~ bernoulli(0.5 * X)
Y: binary
Y := U
