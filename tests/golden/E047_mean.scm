Age: real
exogenous U ~ normal(Age, 1)
Height: real
Height := U
