D: 0..9
X: real
X := exp(1000 * D)
