exogenous U ~ categorical([0.5, 0.3, 0.2], coupling=gumbel)
X: 0..2
X := U
