let p: 0.5
X: binary
X ~ bernoulli(p)
