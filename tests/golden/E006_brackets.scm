X: binary
X ~ bernoulli((0.5)
Y: binary
Y ~ bernoulli(0.5))
Z: {low, high]
W: 0..3
