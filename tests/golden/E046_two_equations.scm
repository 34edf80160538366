exogenous U ~ bernoulli(0.5)
X: binary
X := U
X ~ bernoulli(0.5)
U := 1
