X: 0..9
X ~ bernoulli(0.5)
Y: real
Y ~ categorical([0.5, 0.5])
Z: binary
Z ~ normal(0, 1)
W: 0..2
W ~ binomial(5, 0.5)
V: 0..3
V ~ uniform(2..5)
I: image(3, 8, 8)
I ~ normal(0, 1)
R: binary
R ~ table(Y) { (0): [0.5, 0.5] }
S: real
S ~ table(Z) { (0): [0.5, 0.5] }
