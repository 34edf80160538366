# `latent X` is no remark about a variable that is declared elsewhere
U, X, Y: binary
latent U: binary
U -> {X, Y}
