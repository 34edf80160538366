X: real
X ~ uniform(1)
