X, Y: binary
X := 1
Y ~ bernoulli(if X then 0.8 else 0.2)
