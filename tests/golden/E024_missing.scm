exogenous U ~ normal(0, 1)
Age, Weight, BP: real
Age -> BP
BP := 0.5 * Age + 0.3 * Weight + U
