latent U: binary
X, Y: binary
U -> {X, Y}
query of_the_hidden_cause = P(Y=1 | do(U=1))
