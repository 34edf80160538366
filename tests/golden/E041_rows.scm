X, Y: binary
Y ~ bernoulli(0.5) { (0): [0.9, 0.1]  (1): [0.5, 0.5] }
