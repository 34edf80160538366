exogenous U ~ bernoulli(0.5)
exogenous N ~ bernoulli(0.5)
X, Y, Z: binary
X -> Y
Z -> Y
Z <-> Y
X := U
Z := N
Y := (X and U)
