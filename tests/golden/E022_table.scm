A, B, C: binary
{A, B} -> C
C ~ table(A) { (0): [0.9, 0.1]  (1): [0.4, 0.6] }
