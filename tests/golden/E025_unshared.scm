exogenous U_x, U_y ~ normal(0, 1)
X, Y: real
X -> Y
X <-> Y
X := U_x
Y := X + U_y
