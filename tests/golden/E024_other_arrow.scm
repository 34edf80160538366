# Z is in the diagram, as an effect, so its causes must be there too
X, Y, Z: real
X -> Z
Z ~ normal(X + Y, 1)
