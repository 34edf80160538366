exogenous U ~ normal(0, 1)
X: real
X := U
mechanism U: net
