X, Y: binary
X -> Y
query q = ate(X, Y)
query r = p(Y=1)
