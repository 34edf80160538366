# five statements, five mistakes: each is found
X = 1
Y: 0..
let p := 0.1
exogenous U: binary
Z ~ bernoulli 0.5
W: real
