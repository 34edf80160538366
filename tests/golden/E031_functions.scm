X: real
A, B, C: real
A := expo(X)
B := min(X)
C := clip(X, 0)
D: binary
D := X > 0 xor bernoulli(0.5)
