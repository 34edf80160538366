exogenous U ~ bernoulli(0.5)
X, Y, Z: binary
X := U
X -> Z -> Y
query q = P(U=1 | Y=1)
