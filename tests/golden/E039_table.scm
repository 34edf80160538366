A, B: binary
B := table(A)
