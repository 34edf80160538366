exogenous U ~ bernoulli(0.3)
X, Y: binary
X -> Y
X := U
Y := X or U
