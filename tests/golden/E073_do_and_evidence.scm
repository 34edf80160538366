# who had X=0 is asked about in a subscript, not beside `do`
X, Y: binary
X -> Y
query q = P(Y=1 | do(X=1), X=0)
