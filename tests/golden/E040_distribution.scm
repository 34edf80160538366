X: binary
X ~ bernouli(0.5)
exogenous U ~ gaussian(0, 1)
