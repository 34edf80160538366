exogenous U ~ normal(0, 1)
X, Y: real
U -> {X, Y}
