latent U: binary
X, Y: binary
X -> Y
U -> {X, Y}
query adjusted = P(Y=1 | X=1, U=0)
