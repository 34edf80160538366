X, Y: binary
exogenous U ~ normal(0, 1)
Y := (U + X) ** 2 < 1
monotone X -> Y
