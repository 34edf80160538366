exogenous U ~ bernoulli(0.5)
X, Y: binary
latent T: binary
X := U
T := not X
Y := X
