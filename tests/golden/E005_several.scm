model Several errors
X: binary
X = 1
Y: 0..
X, Y := 3
Z ~ bernoulli 0.5
let p := 0.1
exogenous U: binary
latent T := 1
W := 1 < 2 < 3
V := 3x
X ->
mechanism X table
query q do(X=1)
foo bar
