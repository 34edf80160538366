exogenous U ~ normal(0, 1)
X, Y: real
Y := 2 * X
Y := Y + U
