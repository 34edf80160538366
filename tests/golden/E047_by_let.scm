X: binary
let p = 0.1 + 0.5 * X
exogenous U ~ bernoulli(p)
Y: binary
Y := U
