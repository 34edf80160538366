# The configuration of the finite causes is named, where the others are real.
A: real
Ward: {north, south}
X, Y: binary
X ~ bernoulli(if Ward == north then sigmoid(A) else A)
Y ~ bernoulli(if Ward == south then 0.5 else 0.5 + sigmoid(A))
