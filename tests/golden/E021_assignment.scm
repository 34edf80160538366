exogenous U ~ normal(0, 1)
Balance: real
Balance := Balance + U
