exogenous U ~ unif(0, 1)
X: real
X := U
