# SciPy's keyword arguments
X: real
X ~ normal(loc=0, scale=1)
