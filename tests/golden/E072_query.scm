X, Y: binary
X -> Y
I: image(3, 8, 8)
Y -> I
query a = Y[X=1] | Y
query b = I[X=1] | Y
query c = do(X=1, X=0)
query d = J[X=1] | I
