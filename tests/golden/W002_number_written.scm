let prevalence = 0.01
let sensitivity = 0.95
Ill, Test: binary
Ill ~ bernoulli(0.01)
Test ~ bernoulli(if Ill then sensitivity else 0.1)
