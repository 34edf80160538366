exogenous U ~ bernoulli(0.5)
X, Y: binary
U -> X
Y <-> Y
X := U
