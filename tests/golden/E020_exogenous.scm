# the noise drawn as a node, as textbooks do
exogenous U_x, U_y ~ bernoulli(0.5)
X, Y: binary
U_x -> X
U_y -> Y
X -> Y
