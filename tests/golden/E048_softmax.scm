# unnormalised weights
X: 0..2
Y: 0..2
Y ~ categorical([0.2 * X, 0.3 * X, 0.1])
