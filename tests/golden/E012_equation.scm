exogenous U ~ normal(0, 1)
X: real
X := U
Y := 2 * X
