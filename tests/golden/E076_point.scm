X: binary
Weight: real
X -> Weight
query q = P(Weight=70 | do(X=1))
