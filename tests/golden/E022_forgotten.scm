# the arrow was kept when the equation changed
exogenous U ~ normal(0, 1)
Age, Weight, BP: real
Age -> BP
Weight -> BP
BP := 0.5 * Age + U
