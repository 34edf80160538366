exogenous U ~ bernoulli(0.5)
Y: binary
Y := U
monotone U -> Y
