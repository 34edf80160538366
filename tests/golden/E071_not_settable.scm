exogenous U ~ bernoulli(0.5)
X: binary
X := U
I: image(3, 8, 8)
X -> I
query a = do(U=1)
query b = do(I=1)
