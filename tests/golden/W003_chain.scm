X, Y: binary
latent A, B: binary
X -> Y
X -> A -> B
