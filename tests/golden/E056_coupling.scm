exogenous U ~ bernoulli(0.5, coupling=gumbel)
exogenous V ~ normal(0, 1)
C: {red, green, blue}
D: 0..2
A, B: real
E: 0..9999
F: binary

C ~ categorical(0.2, 0.3, 0.5, coupling=gumble)
D ~ table(C, coupling=0.5) { (red): [1, 0, 0]  (green): [0, 1, 0]  (blue): [0, 0, 1] }
A ~ normal(D, 1, coupling=gumbel)
B ~ uniform(0, 1, coupling=monotone)
E ~ uniform(0..9999, coupling=gumbel)
F ~ bernoulli(0.5, coupling=gumbel, coupling=monotone)
