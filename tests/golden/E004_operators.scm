X, Y, Z: binary
exogenous U ~ bernoulli(0.5)
X := U
Y := X && U
Z := X || !Y
