# Stan's declarations, turned round
N: vector
p: simplex
