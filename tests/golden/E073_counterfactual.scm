X, Y: binary
X -> Y
query q = P(Y[X=0]=1 | Y[X=1]=0, Y[X=1]=1)
