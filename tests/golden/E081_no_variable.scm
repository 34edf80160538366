X, Y: binary
X -> Y
query q = P(1 < 2)
