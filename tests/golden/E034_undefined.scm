D: 0..9
X: real
X := 1 / (D - 3)
Y: real
Y := log(0 - 1)
A, B: real
A ~ normal(0, 1)
B := 2 * sqrt(A) + (if A > 0 then log(A) else 0)
