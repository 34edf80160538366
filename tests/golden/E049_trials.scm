N: 0..10
Heads: 0..10
Heads ~ binomial(N, 0.5)
