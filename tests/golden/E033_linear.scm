# a linear probability model leaves [0, 1]
Age: 0..100
Sick: binary
Sick ~ bernoulli(0.02 * Age)
