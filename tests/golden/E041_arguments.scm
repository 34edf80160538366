X: binary
X ~ bernoulli(0.5, 0.2)
Y: 0..9
Y ~ uniform(0, 9)
Z: real
Z ~ normal(0, X)
W: real
W ~ uniform(1, 0)
exogenous U ~ uniform(9..0)
exogenous V ~ bernoulli(p=0.5)
K: 0..3
K ~ binomial(X, 0.5)
L: 0..2
L ~ categorical([0.5, 0.5])
M: binary
M ~ table(0.5)
N: binary
N ~ bernoulli(0.5) { (0): [1, 0] }
O: real
O ~ normal(0..1)
