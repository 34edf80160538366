exogenous U ~ normal(0, 1)
X, Y: real
X := U
Y := X
query q = E(Y[U=0])
