X: real
X ~ Normal(0, 1)
