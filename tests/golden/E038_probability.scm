I: image(3, 8, 8)
Ill: binary
Ill ~ bernoulli(sigmoid(I))
