Successes: 0..3
Successes ~ binomial(10, 0.5)
