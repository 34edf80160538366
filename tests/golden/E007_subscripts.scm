# A world inside a world inside a world: nobody can say what it asks.
X -> Y
query q = P(Y[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X[X=1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]=1)
