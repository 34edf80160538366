Smokes, Cancer: binary
Smokes := bernoulli(0.3)
Cancer := if Smokes then bernoulli(0.2) else bernoulli(0.05)
