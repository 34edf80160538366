exogenous A, B, C ~ bernoulli(0.5)
X: binary
X := B
