Dose: 0..3
Other: {none, some}
Cured: binary
exogenous Strong ~ bernoulli(0.3)
Cured := (Dose > 1 xor Other == some) or Strong
monotone Dose -> Cured
