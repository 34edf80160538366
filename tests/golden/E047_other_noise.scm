exogenous U ~ uniform(0, 1)
exogenous V ~ bernoulli(U)
Y: binary
Y := V
