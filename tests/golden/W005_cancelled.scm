exogenous U ~ bernoulli(0.5)
A, B: 0..9
X: 0..9
X := clip(A + B - B + 0 * U, 0, 9)
