X: binary
X ~ bernoulli(0.5) @
Y: {red; green}
