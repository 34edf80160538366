D: 0..9
X: real
X := sqrt(D - 5)
