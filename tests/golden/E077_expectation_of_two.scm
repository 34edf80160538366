X, Y, Z: binary
X -> {Y, Z}
query q = E(Y, Z | do(X=1))
