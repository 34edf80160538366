D: 0..9
A: real
C: {red, green}
C ~ bernoulli(0.2 * (D - 1))
X: binary
X ~ bernoulli(A)
Y: binary
Y ~ bernoulli(1.5)
Z: binary
Z ~ table(Y) { (0): [1.5, -0.5]  (1): [0.5, 0.5] }
W: 0..3
W ~ binomial(3, D)
V: binary
V ~ categorical([D, 1 - D])
