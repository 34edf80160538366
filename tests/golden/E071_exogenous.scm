exogenous U ~ bernoulli(0.5)
X, Y: binary
X := U
Y := X
query forced = P(Y=1 | do(U=1))
