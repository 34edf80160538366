exogenous U ~ bernoulli(0.5)
X, Y: binary
X := U
mechanism X: table
mechanism Y: table
mechanism Y: net
mechanism U: table
