A, B, C: real
A ~ normal(0, 1)
B ~ normal(A, 1)
