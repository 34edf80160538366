exogenous U: binary
