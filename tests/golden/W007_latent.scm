X, Y: binary
latent U: binary
X -> Y
X <-> Y
