X: binary
X -> Outcome
Outcome ~ bernoulli(0.5)
