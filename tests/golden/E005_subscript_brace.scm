X, Y: binary
X -> Y
query q = P(Y_{X=1} = 1)
