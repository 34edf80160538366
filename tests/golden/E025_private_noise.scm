# the noise of `~` is private, so nothing is shared
X, Y: binary
X <-> Y
X ~ bernoulli(0.5)
Y ~ bernoulli(0.5)
