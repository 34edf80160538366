A, B: real
A -> B
query q = P(B != 0 | do(A=1))
