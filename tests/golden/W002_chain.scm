let base = 0.2
let doubled = 2 * base
X: binary
X ~ bernoulli(base)
