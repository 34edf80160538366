# truth as a variable
exogenous true ~ bernoulli(0.5)
X: binary
X := not true
