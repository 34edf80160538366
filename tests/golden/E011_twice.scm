X: binary
Y, X: 0..9
exogenous Y ~ bernoulli(0.5)
let q = 0.1
let q = 0.2
query a = do(Y=1)
query a = do(Y=2)
