exogenous U ~ bernoulli(0.5)
X: binary
X := U
U ~ bernoulli(0.3)
