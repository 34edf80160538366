X, Y: binary
X ~ bernoulli(0.5)
Y ~ bernoulli(0.6 - 0.3 * X)
monotone X -> Y
