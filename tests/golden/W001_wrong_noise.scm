exogenous U_x, U_y ~ normal(0, 1)
X, Y: real
X := U_x
Y := 2 * X + U_x
