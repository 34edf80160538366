exogenous U ~ bernoulli(0)
X: binary
X := U
